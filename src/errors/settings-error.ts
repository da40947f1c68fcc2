/** A setting in the environment that cannot be accepted. The message is one line, fit for whoever started the process. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
