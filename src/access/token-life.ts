/** How long a token for a cluster lives, in seconds (S28): it is given for so long, and API servers refuse any that lives longer. */
export const tokenSeconds = 600;
