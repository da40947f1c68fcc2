import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { guardRefusal } from '../../errors/refusal-exception.js';
import { instanceOf } from '../../instance-of.js';
import { BudgetService, type BudgetRequest } from './budget.service.js';

/** Which budgets stand before a handler. */
export interface BudgetedOptions {
  /** Who will make its calls with which model, and the least that must be left. Default: budgets that are everybody's. */
  readonly request?: BudgetRequest | ((context: ExecutionContext) => BudgetRequest);
  /** Name of the module instance. Default: the one without a name. */
  readonly instance?: string;
}

const BUDGETED = Symbol.for('nestjs-claude:budgeted');

const WHO = { guard: 'BudgetGuard', decorator: 'Budgeted' };

/** Tells `BudgetGuard` whose budgets stand before a handler, or before each handler of a class. */
export function Budgeted(options: BudgetedOptions): CustomDecorator<symbol> {
  return SetMetadata(BUDGETED, options);
}

/**
 * Turns requests away whose calls a hard budget has nothing left for, before any work is done for them: with 402 and
 * `Retry-After` over HTTP and GraphQL, with a `BudgetExceededError` elsewhere, which needs `ClaudeExceptionFilter` to be
 * told in the context's own words. It only looks, and reserves nothing.
 */
@Injectable()
export class BudgetGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const { request, instance } =
      this.reflector.getAllAndOverride<BudgetedOptions | undefined>(BUDGETED, targets) ?? {};
    const budgets = instanceOf(this.modules, instance, BudgetService, WHO);
    const refusal = await budgets.refusal(typeof request === 'function' ? request(context) : request);
    if (refusal === null) return true;
    throw guardRefusal(refusal, context);
  }
}
