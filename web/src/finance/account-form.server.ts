import type { AccountProvider, PaymentMode } from '../api/finance.ts'
import { Check } from '../forms/check.server.ts'
import type { Translate } from '../messages/text.ts'

export const PROVIDERS: readonly AccountProvider[] = ['stripe', 'paypal', 'bank-transfer']

/** What a form says of an account: only what was typed. */
export interface AccountTerms {
  settings: Record<string, string | number | null>
  secrets: Record<string, string | string[]>
}

/** Never shown again, not even to who typed them a moment ago. */
const SECRETS = ['secretKey', 'webhookSecret', 'webhookSecretOld', 'clientSecret']

export function withoutSecrets(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !SECRETS.includes(name)))
}

/** Reads the fields of a provider. Of an account that is `known` secrets may stay empty: it keeps those that it has. */
export function readAccount(
  values: Record<string, string>,
  account: { provider: AccountProvider; mode: PaymentMode | undefined; known: boolean },
  t: Translate,
): { check: Check; terms: AccountTerms } {
  const check = new Check(values, t)
  const terms: AccountTerms = { settings: {}, secrets: {} }
  if (!account.mode) check.refuse('mode-test', t('console.finance.account.modeMissing'))
  if (account.provider === 'stripe') readStripe(values, account, check, terms, t)
  else if (account.provider === 'paypal') readPayPal(values, account, check, terms, t)
  else readBank(values, check, terms, t)
  return { check, terms }
}

type Known = { mode: PaymentMode | undefined; known: boolean }

function readStripe(
  values: Record<string, string>,
  { mode, known }: Known,
  check: Check,
  terms: AccountTerms,
  t: Translate,
) {
  const key = values.secretKey ?? ''
  const keyMode = /^[rs]k_(test|live)_\S{3,}$/.exec(key)?.[1]
  if (key === '' && !known) check.refuse('secretKey', t('console.finance.field.secretKeyMissing'))
  else if (key.startsWith('pk_')) check.refuse('secretKey', t('console.finance.field.secretKeyPublic'))
  else if (key !== '' && !keyMode) check.refuse('secretKey', t('console.finance.field.secretKeyOther'))
  else if (keyMode && mode && keyMode !== mode)
    check.refuse('secretKey', t(`console.finance.field.secretKeyMode.${mode}`))
  if (key !== '') terms.secrets.secretKey = key
  const signing = ['webhookSecret', 'webhookSecretOld'].filter((field) => values[field])
  for (const field of signing) {
    if (!/^whsec_\S{3,}$/.test(values[field] ?? '')) check.refuse(field, t('console.finance.field.webhookSecretOther'))
  }
  if (signing.length > 0) terms.secrets.webhookSecrets = signing.map((field) => values[field] ?? '')
}

function readPayPal(values: Record<string, string>, { known }: Known, check: Check, terms: AccountTerms, t: Translate) {
  const { clientId = '', clientSecret = '', webhookId = '' } = values
  const whole = (field: string, text: string) => {
    if (text !== '' && !/^\S{8,}$/.test(text)) check.refuse(field, t('console.finance.field.tooShort'))
  }
  if (clientId === '') check.refuse('clientId', t('console.finance.field.clientIdMissing'))
  whole('clientId', clientId)
  if (clientSecret === '' && !known) check.refuse('clientSecret', t('console.finance.field.clientSecretMissing'))
  whole('clientSecret', clientSecret)
  terms.settings = { clientId, webhookId: webhookId.replace(/\s/g, '') }
  if (clientSecret !== '') terms.secrets.clientSecret = clientSecret
}

function readBank(values: Record<string, string>, check: Check, terms: AccountTerms, t: Translate) {
  const beneficiary = values.beneficiary ?? ''
  const iban = (values.iban ?? '').replace(/\s/g, '').toUpperCase()
  const bic = (values.bic ?? '').replace(/\s/g, '').toUpperCase()
  const dueDays = Number(values.dueDays)
  if (beneficiary === '') check.refuse('beneficiary', t('console.finance.field.beneficiaryMissing'))
  if (iban === '') check.refuse('iban', t('console.finance.field.ibanMissing'))
  else if (!isIban(iban)) check.refuse('iban', t('console.finance.field.ibanWrong'))
  if (bic !== '' && !/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(bic))
    check.refuse('bic', t('console.finance.field.bicWrong'))
  if (!Number.isInteger(dueDays) || dueDays < 1 || dueDays > 60) {
    check.refuse('dueDays', t('console.finance.field.dueDaysWrong'))
  }
  terms.settings = { beneficiary, iban, bic: bic || null, dueDays }
}

/** By the check digits of ISO 13616: the number made of it leaves 1 when divided by 97. */
export function isIban(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false
  const digits = (iban.slice(4) + iban.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return BigInt(digits) % 97n === 1n
}

/** The input of a field that the service named, such as /secrets/webhookSecrets/0. */
export function accountField(pointer: string): string {
  const [, , field = pointer, index] = pointer.split('/')
  if (field !== 'webhookSecrets') return field
  return index === '1' ? 'webhookSecretOld' : 'webhookSecret'
}
