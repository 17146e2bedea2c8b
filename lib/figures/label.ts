/**
 * Turns a label of a figure into plain text, for alt texts: `h<sub>t</sub>` into `h_t`.
 *
 * @example
 * plainLabel("∂L/∂h<sub>t-1</sub>"); // "∂L/∂h_(t-1)"
 */
export function plainLabel(label: string): string {
  return label
    .replace(/<sub>(\w)<\/sub>/g, "_$1")
    .replace(/<sub>(.*?)<\/sub>/g, "_($1)")
    .replace(/<sup>(\w)<\/sup>/g, "^$1")
    .replace(/<sup>(.*?)<\/sup>/g, "^($1)")
    .replace(/<br>/g, " ")
    .replace(/<[^>]*>/g, "");
}

/**
 * Writes a number with at most `digits` significant digits and no zeros at the end.
 *
 * @example
 * shortNumber(0.42352); // "0.424"
 */
export function shortNumber(value: number, digits = 3): string {
  return String(Number(value.toPrecision(digits)));
}
