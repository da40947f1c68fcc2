/** What happens to budgets. */
export type BudgetEvent =
  /** So much of a limit is spent; once for each threshold until a stretch ends or a budget is topped up or reset. */
  | {
      readonly type: 'budget-alert';
      readonly budget: string;
      /** Whose; '' for everybody's. */
      readonly who: string;
      /** Share of the limit. */
      readonly threshold: number;
      readonly spentUsd: number;
      readonly limitUsd: number;
    }
  /** A call did not fit: what became of it. In shadow mode it was made all the same. */
  | {
      readonly type: 'budget-short';
      readonly budget: string;
      readonly who: string;
      readonly callId: string;
      readonly action: 'refused' | 'clamped' | 'degraded' | 'would-refuse';
    };
