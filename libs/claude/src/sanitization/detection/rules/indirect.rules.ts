import type { InjectionRule } from '../injection-rule.js';
import { phrase } from '../phrase.js';

const category = 'indirect';

/** To give orders from inside of data. */
export const INDIRECT_RULES: readonly InjectionRule[] = [
  { id: 'note_to_model', category, over: 'words', score: 0.5, expression: phrase('NOTE ~2 TO|FOR|OF ~2 AI|AGENT') },
  { id: 'orders_for_model', category, over: 'words', score: 0.3, expression: phrase('ORDERS|TEXT TO|FOR ~1 AI|AGENT') },
  {
    id: 'order_to_model',
    category,
    over: 'words',
    score: 0.35,
    expression: phrase('AI|AGENT ~2 MUST ~2 TELL|SHOW|WRITE|CALL|SEND|DROP|FOLLOW|ANSWER'),
  },
  {
    id: 'call_tool_first',
    category,
    over: 'words',
    score: 0.35,
    expression: phrase('CALL ~3 TOOL ~2 BEFORE|NOW|AND|TO'),
  },
  {
    id: 'keep_from_user',
    category,
    over: 'words',
    score: 0.4,
    expression: phrase('NOT|NEVER|NO ~1 TELL|SHOW|WRITE ~3 USER'),
  },
  { id: 'link_for_password', category, over: 'words', score: 0.35, expression: phrase('FOLLOW|CLICK ~2 LINK ~6 KEY') },
  { id: 'send_somewhere', category, over: 'words', score: 0.12, expression: phrase('SEND ~8 TO') },
  {
    id: 'to_an_address',
    category,
    over: 'text',
    needs: { signs: ['@'] },
    score: 0.22,
    expression: /\b(?:to|a|an|à) [\w.+-]{1,24}@\w/gi,
  },
  {
    id: 'to_a_url',
    category,
    over: 'text',
    needs: { word: /http|attacker/i },
    score: 0.22,
    expression: /\bto (?:https?:|the attacker\b)/gi,
  },
  {
    id: 'account_compromised',
    category,
    over: 'text',
    needs: { word: /compromised|suspended|hacked|locked/i },
    score: 0.3,
    expression: /\baccounts?\s(?:\w{1,12}\s){1,3}(?:compromised|suspended|hacked|locked)\b/gi,
  },
  {
    id: 'order_in_comment',
    category,
    over: 'text',
    needs: { signs: ['<!--'] },
    score: 0.4,
    expression:
      /<!--[^<>]{0,60}?\b(?:ignore|disregard|forget|print|state|say|tell|respond|override|instead|assistant|system|must|you should)\b/gi,
  },
  {
    id: 'tag_in_comment',
    category,
    over: 'text',
    needs: { signs: ['<!--'] },
    score: 0.35,
    expression: /<!--\s{0,2}<(?:system|now|important|instruction|begin|god|admin)/gi,
  },
  {
    id: 'order_in_markup',
    category,
    over: 'text',
    needs: { signs: ['<'] },
    score: 0.5,
    expression:
      /<(?:td|li|p|div|span|title|h[1-6])>\s{0,2}(?:please )?(?:ignore|disregard|forget|override|let's (?:assume|imagine|pretend|say)|imagine|assume|for the purpose of|in a \w{1,16} (?:\w{1,16} )?(?:world|scenario)|(?:say|state|print|answer|respond) (?:that|with)\b)/gi,
  },
  {
    id: 'system_tag',
    category,
    over: 'text',
    needs: { signs: ['<'] },
    score: 0.35,
    expression: /<\/?(?:system|sys|instructions?|system[_ -]?(?:prompt|message)|assistant|admin)>(?![<\s]{0,8}<\w)/gi,
  },
  {
    id: 'chat_markers',
    category,
    over: 'text',
    needs: { signs: ['<', '['] },
    score: 0.55,
    expression:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id|endofprompt)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?tool_result>/gi,
  },
  {
    id: 'role_turn',
    category,
    over: 'text',
    needs: { signs: ['\n'], word: /system|assistant|human/i },
    score: 0.35,
    expression: /\n[#*]{0,4} ?(?:system|assistant|human)\*{0,2}: /gi,
  },
  {
    id: 'system_line',
    category,
    over: 'text',
    needs: { word: /system|admin|developer/i },
    score: 0.35,
    expression:
      /(?:^|[\n\]"'([{<])[#* \t-]{0,4}(?:system|admin(?:istrator)?|developer)[ _-]?(?:prompt|message|override|instruction|update|notice|note|command)s?\*{0,2}[:\]]/gi,
  },
  {
    id: 'note_in_brackets',
    category,
    over: 'text',
    needs: { word: /note|message|instruction|attention|reminder|directive|command/i },
    score: 0.5,
    expression:
      /[[({<"'*#]\s{0,3}(?:important |hidden |secret |urgent )?(?:note|message|instructions?|attention|reminder|directive|command)s?\s(?:to|for)\s(?:the |all |any |every |an? )?(?:[\w-]{1,12}\s){0,2}(?:ai|llms?|assistants?|models?|chatbots?|bots?|agents?)\b/gi,
  },
  {
    id: 'addressed_model',
    category,
    over: 'text',
    needs: { word: /(?:^|['’])ai$|llm|gpt|claude|assistant|model|agent/i },
    score: 0.35,
    expression:
      /(?:^|[\n.!?"'>([]\s{0,3})(?:dear |hey |hello |attention,? )?(?:ai|llm|chatgpt|claude|gpt|(?:ai|language) (?:assistant|model|agent)s?|assistant)\s?[:,]\s{1,3}(?:please |you (?:must|should|will|are) |do not |ignore |when |if )/gi,
  },
  {
    id: 'mode_tag',
    category,
    over: 'text',
    needs: { signs: ['<', '[', '(', '{'], word: /mod[eou]/i },
    score: 0.55,
    expression:
      /[<[({]\s{0,3}(?:\w{1,16}\s){0,4}(?:god|system|sudo|developer|dev|admin|debug|tuhan|override|root|jailbreak)\s{1,2}(?:override\s)?(?:mode|modus|modo|modu)\b|[<[({]\s{0,3}(?:mode|modo|modus)\s(?:dieu|dios|tuhan|dio|deus)/gi,
  },
  {
    id: 'mode_of_gods',
    category,
    over: 'text',
    needs: { signs: ['<'] },
    score: 0.55,
    expression:
      /<[^<>]{0,24}(?:模式|モード|모드|मोड|[рР](?:ежим|ЕЖИМ)|وضع|modus|MODUS|modalità|MODALITÀ|chế độ|CHẾ ĐỘ)/gu,
  },
  {
    id: 'tag_in_capitals',
    category,
    over: 'text',
    needs: { signs: ['<'] },
    score: 0.4,
    expression: /^\s{0,8}<\p{Lu}{2,20}\s[\p{Lu}\s]{2,24}>\s/gu,
  },
  { id: 'dan', category, over: 'text', needs: { signs: ['DAN'] }, score: 0.3, expression: /\bDAN\b/g },
  {
    id: 'order_in_capitals',
    category,
    over: 'text',
    needs: { word: /IGNORE|DISREGARD|FORGET|OVERRIDE|OUTPUT|INSTRUCTION/ },
    score: 0.2,
    expression:
      /\b(?:IGNORE|DISREGARD|FORGET|OVERRIDE|OUTPUT ONLY|JUST OUTPUT|IMPORTANT INSTRUCTIONS?|NEW INSTRUCTIONS?|SYSTEM OVERRIDE)\b/g,
  },
  {
    id: 'end_of_data',
    category,
    over: 'text',
    needs: { word: /^end/i },
    score: 0.3,
    expression: /[=\-#*]{3} ?END(?: OF (?:INPUT|DATA|DOCUMENT|PROMPT|TEXT|CONTEXT|FILE|INSTRUCTIONS))?\b/gi,
  },
  {
    id: 'verify_mode',
    category,
    over: 'text',
    needs: { word: /^mode(?!\w)|knowledge/i },
    score: 0.3,
    expression:
      /\b(?:knowledge|system|security|capability|safety) (?:verification|check|override|test|validation|audit) mode\b|\bverify your knowledge\b/gi,
  },
  {
    id: 'entering_mode',
    category,
    over: 'text',
    needs: { word: /entering/i },
    score: 0.3,
    expression: /\bentering (?:a |the )?['"“‘]?\w{1,12} (?:\w{1,12} )?mode\b/gi,
  },
  {
    id: 'picture_that_tells',
    category,
    over: 'text',
    needs: { signs: [']('] },
    score: 0.4,
    expression: /\]\(https?:\/\/[^\s)?!\]]{1,40}\?[^\s)=!?\]]{0,20}=(?:\{|\[|<|%7B|\$|DATA|SECRET|PROMPT)/gi,
  },
];
