import { createRateLimits, createSealing, type RateLimits, type Sealing } from '@guichet/server'
import { createPublicHosts, type PublicHostRules, type PublicHosts } from '@guichet/server/public-hosts'
import type { Config, Secrets } from '../config.ts'
import { ANSWER_BYTES_MAX, TIMEOUT_MS } from './post.ts'

/** What only webhooks need of the context. */
export interface WebhookTools {
  sealing: Sealing
  hosts: PublicHosts
  limits: RateLimits<'test-events' | 'replays'>
}

/** https at public hosts alone; with `webhookHosts: 'any'`, which is for a laptop, http and this machine too. */
const RULES: Record<Config['webhookHosts'], PublicHostRules> = {
  public: { schemes: ['https:'], ports: [8443] },
  any: { allowPrivateHosts: true },
}

export function createWebhookTools(config: Config, secrets: Secrets, rules: PublicHostRules = {}): WebhookTools {
  const limits = { timeoutMs: TIMEOUT_MS, answerBytesMax: ANSWER_BYTES_MAX }
  return {
    sealing: createSealing(
      'webhook-endpoint',
      secrets.sealingSecret ?? secrets.clientSecret,
      secrets.previousSealingSecret,
    ),
    hosts: createPublicHosts({ ...RULES[config.webhookHosts], ...rules }, limits),
    limits: createRateLimits({ 'test-events': { points: 60, duration: 60 }, replays: { points: 20, duration: 3_600 } }),
  }
}
