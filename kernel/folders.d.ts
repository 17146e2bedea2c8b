/** Where the kernel lies. */
export const kernelFolder: string;
/** Where what is compiled is kept; the folder may be deleted at any time. */
export const cacheFolder: string;
