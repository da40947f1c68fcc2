import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { GatewayExceptionFilter } from '../errors/gateway-exception.filter.js';

/** What the admin listener serves: controllers of its own, on services of the gateway, handed in as they are. */
@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class, whatever it holds
export class AdminModule {
  static register(controllers: readonly Type[], services: readonly Provider[]): DynamicModule {
    return {
      module: AdminModule,
      controllers: [...controllers],
      providers: [...services, { provide: APP_FILTER, useClass: GatewayExceptionFilter }],
    };
  }
}
