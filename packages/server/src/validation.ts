import { DomainError, type FieldError } from '@guichet/problem'
import { Ajv, type ErrorObject } from 'ajv'
import formatsPlugin from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'

const addFormats = formatsPlugin.default

// Bodies are taken as they are: no coercion, no silent dropping of unknown fields. Query strings are text, so they coerce.
// `strict: false` alone would also take Infinity, as JSON's 1e400 reads, for an integer.
const options = { allErrors: true, removeAdditional: false, useDefaults: true, strict: false, strictNumbers: true }
const strict = addFormats(new Ajv({ ...options, coerceTypes: false }))
const coercing = addFormats(new Ajv({ ...options, coerceTypes: 'array' }))

export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  const validate = (httpPart === 'body' ? strict : coercing).compile(closed(schema, httpPart !== 'headers'))
  return (data) => {
    if (validate(data)) return { value: data }
    return { error: new DomainError('request-invalid', {}, { errors: fieldErrors(validate.errors ?? []) }) }
  }
}

/** The schema with every object closed, so that an unknown field is refused and not ignored. */
export function closed(schema: unknown, close: boolean): object {
  if (Array.isArray(schema)) return schema.map((part) => closed(part, close))
  if (typeof schema !== 'object' || schema === null) return schema as never
  const copy: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(schema)) copy[name] = typeof part === 'object' ? closed(part, close) : part
  if (close && copy.type === 'object' && copy.properties !== undefined && copy.additionalProperties === undefined) {
    copy.additionalProperties = false
  }
  return copy
}

function fieldErrors(errors: ErrorObject[]): FieldError[] {
  return errors.slice(0, 20).map((error) => {
    if (error.keyword === 'additionalProperties') {
      return { pointer: `${error.instancePath}/${error.params.additionalProperty}`, detail: 'is not a known field' }
    }
    if (error.keyword === 'required')
      return { pointer: `${error.instancePath}/${error.params.missingProperty}`, detail: 'is required' }
    return { pointer: error.instancePath || '/', detail: error.message ?? 'is not valid' }
  })
}

/** No body of ours is deeper than this; a thousand brackets would only use up the stack of whoever walks them. */
const DEPTH_MAX = 20

/** PostgreSQL cannot store NUL, and half a surrogate pair is no text: both are refused before any handler runs. */
export function assertCleanText(value: unknown): void {
  if (!isClean(value, 0)) findUnclean(value, '', 0)
}

/** Most requests are clean, and need no pointer to what is not. */
function isClean(value: unknown, depth: number): boolean {
  if (depth > DEPTH_MAX) return false
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed()
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isClean(value[index], depth + 1)) return false
    return true
  }
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return true
  for (const name of Object.keys(value)) {
    if (!isClean(name, depth) || !isClean((value as Record<string, unknown>)[name], depth + 1)) return false
  }
  return true
}

function findUnclean(value: unknown, pointer: string, depth: number): void {
  if (depth > DEPTH_MAX) throw refused(pointer, 'is nested too deeply')
  if (typeof value === 'string') {
    if (value.includes('\u0000') || !value.isWellFormed()) throw refused(pointer, 'holds a character that is not text')
  } else if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) findUnclean(part, `${pointer}/${index}`, depth + 1)
  } else if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    for (const [name, part] of Object.entries(value)) {
      findUnclean(name, pointer, depth + 1)
      findUnclean(part, `${pointer}/${name}`, depth + 1)
    }
  }
}

function refused(pointer: string, detail: string): DomainError {
  return new DomainError('request-invalid', {}, { errors: [{ pointer: pointer || '/', detail }] })
}
