/**
 * Documents that explanations cite, and that cannot be read in the virtual machine. The lesson's text has what the
 * exercise needs of them.
 */

export const SPECIFICATION = "OCI image specification (online; in short: Words in lesson 09)";
export const USTAR = "POSIX, pax (online; in short: Do in lesson 09): ustar Interchange Format";
export const OVERLAYFS = "overlayfs (kernel documentation, online; in short: Words in lesson 07)";
