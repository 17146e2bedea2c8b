// MathJax's configuration in Jupyter Notebook 6, beside the Notebook's own. Runs in the page.
// MathJax pauses four times, 50 ms each, for every cell and every output, whether there is a formula in it or not, and
// the Notebook has it look at every cell twice: in a long notebook the formula of a cell that one runs comes half a
// minute late.

/* global MathJax */

MathJax.Hub.processSectionDelay = 0;
MathJax.Ajax.loadComplete("/kernelspecs/unroll/mathjax.js");
