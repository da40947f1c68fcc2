import { Module } from '@nestjs/common';
import { ClaudeModule } from 'nestjs-claude';
import { AskController } from './ask.controller.js';

@Module({
  // The key comes from ANTHROPIC_API_KEY.
  imports: [ClaudeModule.forRoot()],
  controllers: [AskController],
})
export class AppModule {}
