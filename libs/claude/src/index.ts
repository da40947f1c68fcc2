export { CircuitBreakerGuard, GuardedCircuit, type GuardedCircuitOptions } from './circuit/circuit-breaker.guard.js';
export { CircuitBreakerService, type ExecuteOptions } from './circuit/circuit-breaker.service.js';
export type { CircuitController, CircuitReader } from './circuit/circuit-handles.js';
export type { CircuitKey, EndpointCircuitKey, OwnCircuitKey } from './circuit/circuit-key.js';
export type { CircuitRefusal } from './circuit/circuit-refusal.js';
export type { CircuitSnapshot } from './circuit/circuit-snapshot.js';
export type { CircuitEvent, OpenReason } from './circuit/circuit.events.js';
export type { CircuitOptions } from './circuit/circuit.options.js';
export type { AdaptiveConcurrencyOptions } from './admission/adaptive-concurrency.options.js';
export type {
  AcquireOptions,
  AdmissionStore,
  Awaitable,
  Denial,
  Lease,
  Observation,
  Replay,
} from './admission/admission-store.js';
export type { StoreEvent, StoreMode, StoreStats } from './admission/store.events.js';
export type { OutageLimits, OutagePolicy, StoreOutageOptions } from './admission/store-outage.options.js';
export type { LimitRefusal } from './admission/limit-refusal.js';
export { MemoryAdmissionStore } from './admission/memory-store.js';
export type { BudgetMeter, Claims, ClosedBy, Meter, RateMeter, SlotMeter, Standing } from './admission/meter.js';
export { callContext, type CallContext, type CallPriority, type StrategyName } from './call/context.js';
export type { ClaudeView } from './call/context-view.js';
export type { Call } from './call/call.js';
export type { Attempt } from './call/attempt.js';
export type { AbandonedAt, FailureSummary, Outcome } from './call/outcome.js';
export { STAGE_ORDER, type StageInsertion, type StageName } from './call/pipeline.js';
export type { FindingAction, FindingKind, InputFinding, InputSource } from './call/input-finding.js';
export type { AttemptRecord, CallRecord } from './call/record.js';
export { encodedBody, type EncodedBodyOptions } from './call/request-options.js';
export type { NextStage, Stage } from './call/stage.js';
export type { StreamTimeouts } from './call/stream-watch.js';
export { normalizeUsage, type IterationUsage, type TokenUsage, type Usage, type UsageQuality } from './call/usage.js';
export type {
  Operation,
  OperationCost,
  OperationMethod,
  RateLimitGroup,
  RepeatEffect,
  UsageLocation,
} from './call/operations/operation.js';
export { operationOf } from './call/operations/operation-of.js';
export { OPERATIONS } from './call/operations/operations.table.js';
export { ClaudeModule } from './claude.module.js';
export type { ClaudeModuleExtras } from './claude.module-definition.js';
export type {
  ClaudeModuleOptions,
  ClaudeOptionsFactory,
  DefaultContext,
  PassedClientOptions,
  TimeoutOptions,
} from './claude.options.js';
export { ClaudeService, type ClaudeResources } from './claude.service.js';
export { failureOf, type CallFailure, type FailedAttempt } from './errors/call-failure.js';
export { classifyError, type FailureCircumstances } from './errors/classify.js';
export { ClaudeError, isClaudeError, type ClaudeErrorCode, type ClaudeErrorOptions } from './errors/claude-error.js';
export { ClaudeExceptionFilter } from './errors/claude-exception.filter.js';
export { errorAnswer, type HttpAnswer } from './errors/error-answer.js';
export type { ErrorOfCode } from './errors/error-of-code.js';
export { errorBody, errorTypeOfStatus, isErrorBody, type ErrorBody } from './errors/error-body.js';
export {
  DeadlineExceededError,
  InvalidContextError,
  InvalidOptionsError,
  KeyUnavailableError,
  ProtocolError,
  ShuttingDownError,
  StreamInterruptedError,
  StreamStalledError,
  type PartialStream,
} from './errors/errors.js';
export { type FailureKind, type FailureMeaning, type Fault, type RetryAdvice } from './errors/failure-meaning.js';
export { httpAnswerOf } from './errors/http-answer.js';
export { passedHeaders } from './errors/passed-headers.js';
export { refusalException } from './errors/refusal-exception.js';
export type { Cost, CostItem, CostKind, UnpricedPart, UnpricedReason } from './call/cost.js';
export {
  CostTrackerService,
  type CalculatedCost,
  type CostEstimate,
  type UsageExportOptions,
} from './cost/cost-tracker.service.js';
export type { BudgetEvent } from './cost/budgets/budget.events.js';
export { Budgeted, BudgetGuard, type BudgetedOptions } from './cost/budgets/budget.guard.js';
export type {
  BudgetMode,
  BudgetOptions,
  BudgetScope,
  BudgetWindow,
  CalendarUnit,
  OnShortfall,
} from './cost/budgets/budget.options.js';
export { BudgetService, type BudgetRequest, type BudgetStatus } from './cost/budgets/budget.service.js';
export type { ExternalUse } from './cost/external-usage.js';
export type { LedgerOptions } from './cost/ledger/ledger.options.js';
export type { LedgerStats } from './cost/ledger/memory-ledger.js';
export type { ModelAtEndpoint } from './cost/ledger/model-at-endpoint.js';
export type { Dimension } from './cost/ledger/usage-bucket.js';
export type { UsageEntry, UsagePart } from './cost/ledger/usage-entry.js';
export type { LedgerEvent, LedgerStanding, Moments, UsageLedger } from './cost/ledger/usage-ledger.js';
export type { UsagePeriod } from './cost/ledger/usage-period.js';
export type { SinkEvent, SinkStats, UsageSink } from './cost/ledger/usage-sink.js';
export type { Resolution, UsageShare, UsageSummary, UsageSums } from './cost/ledger/usage-summary.js';
export { genaiPrices, type GenaiPricesModule } from './cost/pricing/genai-prices.adapter.js';
export type { CostEvent } from './cost/cost.events.js';
export type { CostOptions } from './cost/cost.options.js';
export type { DifferenceBy, DifferenceKind, ReconciliationDifference } from './cost/reconciliation/difference.js';
export type { BudgetCorrection } from './cost/reconciliation/lapsed-reservations.js';
export type { ReconciliationOptions, ReconciliationTolerance } from './cost/reconciliation/reconciliation.options.js';
export type { ReconciliationReport } from './cost/reconciliation/reconciliation.report.js';
export { ReconciliationService, type ReconcileOptions } from './cost/reconciliation/reconciliation.service.js';
export type { UsedAmounts, UsedTokens } from './cost/reconciliation/used.js';
export type { ModelPrice, PricingProvider, TokenPrices } from './cost/pricing/model-price.js';
export type { PriceList, PriceRow } from './cost/pricing/price-row.js';
export type { PricingOptions, UnknownModel } from './cost/pricing/pricing.options.js';
export type { CallSavings, SavingKind } from './cost/savings/call-savings.js';
export type { ReservationFigure, SavingFigure, SavingsReport } from './cost/savings/savings-report.js';
export type { SavingSum, SavingsSums } from './cost/savings/savings-tally.js';
export type { SavingsOptions } from './cost/savings/savings.options.js';
export {
  BudgetExceededError,
  CircuitOpenError,
  InputBlockedError,
  LimitExceededError,
  NoEndpointError,
  RequestExceedsLimitError,
  StoreUnavailableError,
  UnpricedModelError,
  type LimitReason,
} from './errors/refusals.js';
export { ClaudeHealthService } from './health/claude-health.service.js';
export type {
  BudgetHealth,
  CircuitHealth,
  ClaudeHealth,
  EndpointHealth,
  HealthStatus,
  KeyHealth,
  LedgerHealth,
  LifecycleHealth,
  LimiterHealth,
  ProbeHealth,
  RuleReports,
  StoreHealth,
  SuccessRateHealth,
} from './health/health-report.js';
export type {
  HealthOptions,
  HealthProbeOptions,
  HealthRule,
  HealthRuleOptions,
  SuccessRateOptions,
} from './health/health.options.js';
export { getClaudeToken, InjectClaude } from './inject-claude.decorator.js';
export { keyFromEncryptedFile } from './keys/encrypted/encrypted-file.source.js';
export { storedKeySource } from './keys/stored-key-source.js';
export type { FileSecretOrigin } from './keys/encrypted/file-secret.js';
export type { StoredKeyInfo } from './keys/encrypted/stored-key.js';
export { keyFromKeyring, type KeyringEntryName } from './keys/keyring/keyring.source.js';
export { keyFromFile, type FileKeyOptions } from './keys/sources/mounted-file.source.js';
export {
  keyFromAwsSecretsManager,
  keyFromAzureKeyVault,
  keyFromGoogleSecretManager,
  keyFromVault,
  type AwsSecretsManagerLike,
  type AzureKeyVaultLike,
  type GoogleSecretManagerLike,
  type VaultLike,
} from './keys/sources/secret-managers.sources.js';
export { keyFromEnvironment, keyFromValue } from './keys/sources/simple.sources.js';
export type { KeyStoreTarget } from './keys/store/key-store.js';
export { KeyStoreService, type ListedKey } from './keys/store/key-store.service.js';
export {
  VirtualKeyRing,
  createVirtualKey,
  type NewVirtualKey,
  type StoredVirtualKey,
} from './keys/virtual/virtual-key.js';
export { ClaudeKeysService } from './keys/claude-keys.service.js';
export type { KeyCacheOptions } from './keys/key-cache.options.js';
export type { ClaudeKeySource, KeyLease, KeyRequest, KeySupplier } from './keys/key-source.js';
export type { KeySnapshot } from './keys/key-snapshot.js';
export type { KeyEvent, KeyEventDetail, KeyEventSource, KeyFailure } from './keys/key.events.js';
export type { ClaudeMetricsSummary } from './observability/call-totals.js';
export { ClaudeMetricsService } from './observability/claude-metrics.service.js';
export type {
  CallOptimization,
  OptimizationDecision,
  OptimizationRecord,
  OptimizationReversal,
} from './call/optimization.js';
export { CostOptimizerService, type OptimizationPreview } from './optimization/cost-optimizer.service.js';
export type { OptimizationSummary, StrategySummary } from './optimization/optimization-tally.js';
export {
  OPTIMIZATION_STRATEGIES,
  type GivenStrategy,
  type OptimizationStrategyName,
  type OptimizationStrategyOptions,
  type OptimizeOptions,
} from './optimization/optimize.options.js';
export type { OptimizerEvent } from './optimization/optimizer.events.js';
export type { CacheBreakpointsOptions } from './optimization/strategies/cache-breakpoints.options.js';
export type { ShorterAnswerOptions } from './optimization/strategies/shorter-answer.options.js';
export type {
  ClassifiedTask,
  SmallerModelAllowance,
  SmallerModelOptions,
} from './optimization/strategies/smaller-model.options.js';
export type { TrimHistoryOptions } from './optimization/strategies/trim-history.options.js';
export type {
  AnsweredRequest,
  ExpectedCache,
  OptimizationStrategy,
  Proposal,
  RequestChanges,
  RequestFields,
  StrategyRequest,
} from './optimization/strategy.js';
export { RateLimitGuard, RateLimited, type RateLimitedOptions } from './rate-limit/rate-limit.guard.js';
export type { RateLimitLease } from './rate-limit/rate-limit-lease.js';
export type { EstimateOptions, ModelLimits, QueueOptions, RateLimitOptions } from './rate-limit/rate-limit.options.js';
export { RateLimiterService, type LimitScope } from './rate-limit/rate-limiter.service.js';
export type { LimitRequest, LimitTarget, UsedLimits } from './rate-limit/limit-request.js';
export type {
  ConcurrencySnapshot,
  DimensionSnapshot,
  LimitSnapshot,
  RateLimiterSnapshot,
} from './rate-limit/limit-snapshot.js';
export { modelClassOf } from './rate-limit/model-class.js';
export type { EndpointObstacle } from './routing/endpoint-pool.js';
export { EndpointPoolService, type EndpointSnapshot } from './routing/endpoint-pool.service.js';
export type {
  ClientEndpointOptions,
  EndpointOptions,
  KeyEndpointOptions,
  ProbeOptions,
  RoutingOptions,
} from './routing/routing.options.js';
export type { BalancingStrategy, Candidate, RoutedCall } from './routing/strategies/strategy.js';
export {
  ClaudeLogged,
  ClaudeLoggingInterceptor,
  type ClaudeLoggedOptions,
} from './observability/claude-logging.interceptor.js';
export { requestCorrelationId } from './observability/correlation-id.js';
export type { LogLevelOrOff, LogLevels, LogOptions } from './observability/log.options.js';
export type { RequestOptions, ResolveCallContext } from './observability/requests.options.js';
export type { TracingOption } from './observability/tracing/tracing.options.js';
export {
  pinoRedaction,
  redactingDestination,
  type LineDestination,
  type PinoRedaction,
} from './redaction/json-lines.js';
export { KnownSecrets } from './redaction/known-secrets.js';
export { REDACTION_PATTERNS } from './redaction/patterns/patterns.js';
export { RedactingLogger, type RedactingLoggerOptions } from './redaction/redacting-logger.js';
export { Redactor } from './redaction/redactor.js';
export type { RedactorOptions } from './redaction/redactor.options.js';
export type { SecretKind, SecretPattern } from './redaction/secret-pattern.js';
export type { RetryBudgetOptions, RetryOptions } from './retry/retry.options.js';
export { InputSanitizerService, type SanitizeResult } from './sanitization/input-sanitizer.service.js';
export type { InjectionCategory, InjectionRule } from './sanitization/detection/injection-rule.js';
export { INJECTION_RULES } from './sanitization/detection/rules/injection-rules.js';
export type { DetectorInput, DetectorOptions, DetectorStats, DetectorVerdict } from './sanitization/detector-hook.js';
export { INVISIBLE_RULES, type InvisibleRule } from './sanitization/invisible/invisible.rules.js';
export { Sanitized, SanitizationInterceptor, type SanitizedOptions } from './sanitization/sanitization.interceptor.js';
export {
  POLICY_PRESETS,
  type CustomRule,
  type PolicyPreset,
  type SanitizationLimits,
  type SanitizationOptions,
  type SourcePolicy,
} from './sanitization/sanitization.options.js';
export type { SanitizationStats } from './sanitization/sanitization-tally.js';
export { observeStream, sseEvents, type AbortableEvents, type StartStream } from './streaming/observe-stream.js';
export { toolUses, type MessageLike, type ToolUse, type ToolUseLike } from './streaming/tool-uses.js';
export {
  createTransport,
  type Fetch,
  type ForeignFetch,
  type Transport,
  type TransportOptions,
  type TransportStats,
  type TransportTls,
} from './transport/transport.js';
