import { type ActionFailure, fail, type RequestEvent } from '@sveltejs/kit'
import { toSignIn } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'
import { textsOf } from '../messages/catalogue.server.ts'
import { isLanguage } from '../messages/language.ts'
import type { Translate } from '../messages/text.ts'
import type { Fault, Refusal } from './faults.ts'

/** The fields of a form as text, without spaces around except in passwords; files are left out. */
export function textValues(data: FormData): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of data)
    if (typeof value === 'string') values[name] = /password/i.test(name) ? value : value.trim()
  return values
}

/** Values that may be shown again: passwords and tokens are not among them. */
export function shownValues(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !/password|token/i.test(name)))
}

export function textsFor(event: RequestEvent): Translate {
  return textsOf(isLanguage(event.params.lang) ? event.params.lang : 'en')
}

export function refuse(status: number, values: Record<string, string>, faults: Fault[]): ActionFailure<Refusal> {
  return fail(status, { values: shownValues(values), faults })
}

/**
 * What a service refused, as the form shows it. `fields` tells which input a JSON pointer belongs to. Who is not signed
 * in any more is sent to sign in; what is no refusal is thrown on.
 */
export function refusalOf(
  event: RequestEvent,
  error: unknown,
  values: Record<string, string>,
  fields: (pointer: string) => string = (pointer) => pointer.split('/').at(-1) ?? pointer,
): ActionFailure<Refusal> {
  if (!(error instanceof ApiError)) throw error
  if (error.status === 401 && error.code === 'unauthenticated') toSignIn(event)
  const faults = (error.problem.errors ?? []).map(({ pointer, detail }) => ({
    field: fields(pointer),
    message: detail,
  }))
  const t = textsFor(event)
  const problem = error.status >= 500 ? t('error.unavailable.text') : wordsOf(error)
  return fail(error.status, { values: shownValues(values), faults, ...(faults.length === 0 ? { problem } : {}) })
}

function wordsOf(error: ApiError): string {
  const { title, detail } = error.problem
  return detail ? `${title} ${detail}` : title
}
