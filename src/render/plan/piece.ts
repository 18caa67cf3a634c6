/**
 * A stretch of a sentence: plain words, or a name (the main one, where there are several), or words to be seen. Each
 * renderer has its own way to show it. Words are tenantry's own: whatever somebody else wrote is a name.
 */
export type Piece = string | { readonly name: string } | { readonly main: string } | { readonly strong: string };
