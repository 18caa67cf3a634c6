import colours from 'picocolors';

/** How a stretch of text is set off for a reader: the only way that anything printed gets its colour. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly blue: (text: string) => string;
}

/** Colours for a terminal. Whether there is one to colour for is the caller's to know. */
export const colourStyle: Style = colours.createColors(true);

/** No colour: files, pipes, `NO_COLOR`. */
export const plainStyle: Style = colours.createColors(false);
