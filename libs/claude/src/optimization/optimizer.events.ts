/** What happens around optimization: a strategy, or a function given to one, failed, so that it proposed nothing. */
export interface OptimizerEvent {
  readonly type: 'strategy-failed';
  readonly strategy: string;
  readonly error: unknown;
}
