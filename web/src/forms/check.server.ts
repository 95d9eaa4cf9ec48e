import type { MessageId, Translate } from '../messages/text.ts'
import type { Fault } from './faults.ts'

/** A summary of faults is read alone: each one names its field. */
const missing: Record<string, MessageId> = {
  name: 'fault.missing.name',
  email: 'fault.missing.email',
  password: 'fault.missing.password',
  currentPassword: 'fault.missing.currentPassword',
  newPassword: 'fault.missing.newPassword',
  newEmail: 'fault.missing.email',
  emailPassword: 'fault.missing.currentPassword',
  startsAt: 'fault.missing.startsAt',
  endsAt: 'fault.missing.endsAt',
  timeZone: 'fault.missing.timeZone',
}

/** Exactly one @ with something on both sides and a dot after it: the mail itself is the real proof. */
export function isEmail(value: string): boolean {
  return /^[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}$/.test(value)
}

/** Collects the faults of a form in the order of its fields. */
export class Check {
  readonly faults: Fault[] = []
  readonly #values: Record<string, string>
  readonly #t: Translate

  constructor(values: Record<string, string>, t: Translate) {
    this.#values = values
    this.#t = t
  }

  required(field: string): string {
    const value = this.#values[field] ?? ''
    if (!value) this.faults.push({ field, message: this.#t(missing[field] ?? 'fault.required') })
    return value
  }

  email(field: string): string {
    const value = this.required(field)
    if (value && !isEmail(value)) {
      this.faults.push({ field, message: this.#t('fault.email') })
    }
    return value
  }

  password(field: string): string {
    const value = this.required(field)
    if (value && [...value].length < 15) this.faults.push({ field, message: this.#t('fault.password', { count: 15 }) })
    return value
  }

  refuse(field: string, message: string): void {
    this.faults.push({ field, message })
  }

  get failed(): boolean {
    return this.faults.length > 0
  }
}
