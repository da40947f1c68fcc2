import { Controller, Get } from '@nestjs/common';

/** For orchestrators. Liveness says that the process answers, whatever becomes of Claude. */
@Controller('health')
export class HealthController {
  @Get('live')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }
}
