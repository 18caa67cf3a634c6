/** How documents are checked: for all that is wrong with them, and with what the messages need to know. */
export const ajvOptions = {
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  verbose: true,
} as const;
