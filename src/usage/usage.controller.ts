import { Controller, Get, Inject, Query } from '@nestjs/common';
import { CostTrackerService, type UsagePeriod, type UsageShare, type UsageSummary } from 'nestjs-claude';
import { queryFields, type RawQuery } from './query-fields.js';
import { PERIOD_FIELDS, periodOf } from './usage-period.js';

/** `GET /usage/…`: what calls used and cost, of the last 30 days unless the query names others. */
@Controller('usage')
export class UsageController {
  constructor(@Inject(CostTrackerService) private readonly costs: CostTrackerService) {}

  @Get('summary')
  summary(@Query() query: RawQuery): Promise<UsageSummary> {
    return this.costs.getSummary(periodIn(query));
  }

  @Get('by-model')
  byModel(@Query() query: RawQuery): Promise<readonly UsageShare[]> {
    return this.costs.getCostByModel(periodIn(query));
  }

  @Get('by-user')
  byUser(@Query() query: RawQuery): Promise<readonly UsageShare[]> {
    return this.costs.getCostByUser(periodIn(query));
  }

  /** Of one tag's values only where the query names it: `?tag=team`. */
  @Get('by-tag')
  byTag(@Query() query: RawQuery): Promise<readonly UsageShare[]> {
    const { tag, ...period } = queryFields(query, ['tag', ...PERIOD_FIELDS]);
    return this.costs.getCostByTag(tag, periodOf(period, Date.now()));
  }
}

function periodIn(query: RawQuery): UsagePeriod {
  return periodOf(queryFields(query, PERIOD_FIELDS), Date.now());
}
