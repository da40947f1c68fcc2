/**
 * Says what was not tested for want of a Debian package; in CI nothing may be left out.
 *
 * @throws Error in CI.
 */
export function sayLeftOut(program: string, leftOut: string, debianPackage: string): void {
  const message = `${program} is not installed, so ${leftOut} was not tested: install the package \`${debianPackage}\`.`;
  if (process.env['CI'] !== undefined) throw new Error(message);
  // oxlint-disable-next-line no-console -- whoever runs the tests must know what was left out
  console.warn(message);
}
