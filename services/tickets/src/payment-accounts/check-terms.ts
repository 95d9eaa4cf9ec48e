import { DomainError } from '@guichet/problem'
import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { PaymentAccountRow } from '../db.ts'
import { isIban } from '../payments/creditor-reference.ts'
import {
  BankTransferSecrets,
  BankTransferSettings,
  PaypalSecrets,
  PaypalSettings,
  StripeSecrets,
  StripeSettings,
} from './account-terms.ts'

/** What an account of each provider consists of, and what may be left out at first. */
const TERMS = {
  stripe: {
    settings: StripeSettings,
    secrets: StripeSecrets,
    // Its webhook can be set up at the provider only once the account has its address here.
    defaults: { settings: {}, secrets: { webhookSecrets: [] } },
  },
  paypal: {
    settings: PaypalSettings,
    secrets: PaypalSecrets,
    defaults: { settings: { webhookId: '' }, secrets: {} },
  },
  'bank-transfer': {
    settings: BankTransferSettings,
    secrets: BankTransferSecrets,
    defaults: { settings: { bic: null, dueDays: 14 }, secrets: {} },
  },
} satisfies Record<PaymentAccountRow['provider'], { settings: TSchema; secrets: TSchema; defaults: Terms }>

export interface Terms {
  settings: object
  secrets: object
}

/** The terms of an account after a change, or of a new one; refuses what does not fit its provider. */
export function changeTerms(
  account: Pick<PaymentAccountRow, 'provider' | 'mode'>,
  current: Terms | undefined,
  change: Partial<Terms>,
): Terms {
  const { defaults, ...schemas } = TERMS[account.provider]
  const before = current ?? defaults
  const terms = {
    settings: tidy({ ...before.settings, ...change.settings }),
    secrets: { ...before.secrets, ...change.secrets },
  }
  const errors = [
    ...faults('/settings', schemas.settings, terms.settings),
    ...faults('/secrets', schemas.secrets, terms.secrets),
  ]
  if (errors.length === 0) errors.push(...mismatches(account, terms))
  if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
  return terms
}

/** An IBAN is written in groups, and by some in small letters. */
function tidy(settings: object): object {
  const { iban } = settings as { iban?: unknown }
  return typeof iban === 'string' ? { ...settings, iban: iban.replace(/\s/g, '').toUpperCase() } : settings
}

function faults(at: string, schema: TSchema, value: object) {
  const known = Object.keys((schema as { properties?: object }).properties ?? {})
  const unknown = Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => ({ pointer: `${at}/${name}`, detail: 'is not a known field' }))
  const wrong = Value.Errors(Type.Object({ own: schema }), { own: value }).map((error) => ({
    pointer: `${error.instancePath.replace('/own', at)}${missing(error.params)}`,
    detail: missing(error.params) ? 'is required' : error.message,
  }))
  return [...unknown, ...wrong].slice(0, 20)
}

function missing(params: object): string {
  const names = 'requiredProperties' in params ? params.requiredProperties : undefined
  return Array.isArray(names) ? `/${names[0]}` : ''
}

/** A key of the other mode would charge for a rehearsal, or hand out tickets for nothing. */
function mismatches({ mode }: Pick<PaymentAccountRow, 'mode'>, { settings, secrets }: Terms) {
  const { iban } = settings as { iban?: string }
  if (iban !== undefined && !isIban(iban)) return [{ pointer: '/settings/iban', detail: 'is mistyped' }]
  const { secretKey } = secrets as { secretKey?: string }
  const keyMode = /^(?:sk|rk)_(test|live)_/.exec(secretKey ?? '')?.[1]
  if (secretKey === undefined || keyMode === mode) return []
  const detail = keyMode ? `is a key for the mode ${keyMode}` : 'is no secret key (sk_… or rk_…)'
  return [{ pointer: '/secrets/secretKey', detail }]
}
