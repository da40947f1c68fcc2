import type { Message, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { BadRequestException, Controller, Get, Query, Sse, type MessageEvent } from '@nestjs/common';
import { ClaudeService, sseEvents } from 'nestjs-claude';
import type { Observable } from 'rxjs';

@Controller('ask')
export class AskController {
  constructor(private readonly claude: ClaudeService) {}

  /** The whole answer, once it is there. */
  @Get()
  async ask(@Query('q') question?: string, @Query('user') user = 'anonymous'): Promise<{ answer: string }> {
    const message = await this.claude.with({ user, tags: { feature: 'ask' } }).messages.create(paramsFor(question));
    return { answer: textOf(message) };
  }

  /** The answer as it comes. A browser that closes its `EventSource` aborts the call. */
  @Sse('stream')
  stream(@Query('q') question?: string, @Query('user') user = 'anonymous'): Observable<MessageEvent> {
    const params = paramsFor(question);
    const claude = this.claude.with({ user, tags: { feature: 'ask' } });
    return sseEvents((signal) => claude.messages.stream(params, { signal }));
  }
}

function paramsFor(question: string | undefined): MessageCreateParamsNonStreaming {
  if (question === undefined || question === '') throw new BadRequestException('Ask something: /ask?q=...');
  return { model: 'claude-haiku-5-5', max_tokens: 1024, messages: [{ role: 'user', content: question }] };
}

function textOf(message: Message): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
