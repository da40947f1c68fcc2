/** Escape sequences of terminals (ECMA-48): CSI, OSC up to its end, and those of two characters. */
const TERMINAL =
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|\u001b\][^\u0007\u001b]{0,2048}(?:\u0007|\u001b\\)?|\u001b[ -~]?/g;

const BREAKS = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g;

/** Line breaks that begin no frame of a stack trace. */
const BREAKS_OF_NO_FRAME = /\r\n?(?!\s{1,16}at )|[\v\f\u0085\u2028\u2029]|\n(?!\s{1,16}at )/g;

const CONTROLS = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g;

const IS_CLEAN = /^[\t\u0020-\u007e\u00a0-\u2027\u202a-\uffff]*$/;

/**
 * A value as it may stand in a line of a text log. Escape sequences and control characters go and a line break becomes a
 * space, or a value could colour the terminal, hide what stands before it, or forge a line.
 */
export function singleLine(text: string): string {
  return IS_CLEAN.test(text) ? text : withoutControls(text.replace(TERMINAL, '').replace(BREAKS, ' '));
}

/** The same for a stack trace, which keeps its frames on lines of their own. */
export function stackLines(stack: string): string {
  return withoutControls(stack.replace(TERMINAL, '').replace(BREAKS_OF_NO_FRAME, ' '));
}

/** Whether a text is a stack trace, as V8 writes it. */
export function isStack(text: string): boolean {
  return /\n\s{1,16}at \S/.test(text);
}

function withoutControls(text: string): string {
  return text.replace(CONTROLS, '');
}
