import { Controller, Get, Inject, Query } from '@nestjs/common';
import { BudgetService, type BudgetStatus } from 'nestjs-claude';
import { queryFields, type RawQuery } from './query-fields.js';

/** `GET /budgets`: how each budget stands. */
@Controller('budgets')
export class BudgetsController {
  constructor(@Inject(BudgetService) private readonly budgets: BudgetService) {}

  @Get()
  list(@Query() query: RawQuery): Promise<readonly BudgetStatus[]> {
    queryFields(query, []);
    return this.budgets.list();
  }
}
