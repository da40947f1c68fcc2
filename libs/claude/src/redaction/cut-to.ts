/**
 * A text of at most so many characters, with what was left out told at its end.
 *
 * @param unread How many more there were that are not in `text`.
 */
export function cutTo(text: string, longest: number, unread = 0): string {
  if (text.length <= longest && unread <= 0) return text;
  // As long as the longest note, so that a text which was cut once is not cut again.
  const kept = text.slice(0, longest - 40);
  return `${kept}… [${text.length - kept.length + Math.max(0, unread)} more characters]`;
}
