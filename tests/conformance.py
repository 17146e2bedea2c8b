"""The twelve tests of jupyter_kernel_test, each with the code that it needs in TypeScript."""

import unittest

import jupyter_kernel_test


class UnrollKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "unroll"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("a warning")'

    completion_samples = [
        {"text": "Math.sqr", "matches": {"sqrt"}},
        {"text": "Number.isI", "matches": {"isInteger"}},
        {"text": "[1, 2].flatM", "matches": {"flatMap"}},
    ]

    complete_code_samples = ["1 + 2", "const f = (x: number) => x ** 2;", "for (const t of [1, 2]) {\n  console.log(t);\n}"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "`a text that goes on", "1 +"]
    invalid_code_samples = ["const = 1;", "1 2", "}"]

    code_page_something = "Math.sqrt?"
    code_generate_error = 'throw new Error("on purpose")'

    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": '"un" + "roll"', "result": "'unroll'"},
        {"code": "[1, 2, 3].map((t) => t ** 2)", "result": "[ 1, 4, 9 ]"},
    ]
    code_display_data = [
        {"code": 'import { display } from "tslab"; display.html("<b>h</b>")', "mime": "text/html"},
        {"code": 'import { display } from "tslab"; display.latex("$h_t$")', "mime": "text/latex"},
    ]

    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "1 ? 2*"

    code_inspect_sample = "Math.sqrt"
    code_clear_output = "display.clear()"


if __name__ == "__main__":
    unittest.main(verbosity=2)
