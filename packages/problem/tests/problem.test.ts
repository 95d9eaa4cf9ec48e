import { describe, expect, it } from 'vitest'
import { DomainError, defineProblems, toProblem } from '../src/problem.ts'

const PROBLEMS = defineProblems({
  'sold-out': {
    status: 409,
    title: { en: 'Sold out.', fr: 'Complet.' },
    detail: { en: 'Only {left} of {name} left, {unknown}.', fr: 'Il reste {left} {name}, {unknown}.' },
  },
})
const problem = (error: unknown, language: 'en' | 'fr' = 'en') => toProblem(error, PROBLEMS, language, 'urn:uuid:1')

describe('toProblem', () => {
  it('makes a document of RFC 9457 with the facts beside and inside the words', () => {
    expect(problem(new DomainError('sold-out', { left: 3, name: 'Balcon' }), 'fr')).toEqual({
      type: 'urn:guichet:problem:sold-out',
      title: 'Complet.',
      status: 409,
      detail: 'Il reste 3 Balcon, {unknown}.',
      instance: 'urn:uuid:1',
      code: 'sold-out',
      left: 3,
      name: 'Balcon',
    })
  })

  it('gives nothing away of an error that the table does not know', () => {
    const secret = new Error('password=hunter2')
    for (const error of [
      secret,
      new DomainError('no-such-code', { password: 'hunter2' }),
      new DomainError('sold-out', { left: 1, name: 'x' }, { cause: secret }),
      new DomainError('constructor', { password: 'hunter2' }),
      'hunter2',
      undefined,
      { code: 'sold-out', facts: { password: 'hunter2' } },
    ]) {
      expect(JSON.stringify(problem(error))).not.toContain('hunter2')
    }
    expect(problem(secret)).toMatchObject({ status: 500, code: 'internal' })
    expect(problem(new DomainError('no-such-code'))).toMatchObject({ status: 500, code: 'internal' })
  })

  it('does not let a fact replace what the document itself says', () => {
    const error = new DomainError('sold-out', { status: 200, type: 'evil', title: 'evil', code: 'evil', left: 1 })
    expect(problem(error)).toMatchObject({
      status: 409,
      type: 'urn:guichet:problem:sold-out',
      title: 'Sold out.',
      code: 'sold-out',
    })
  })

  it('lists the faults of fields', () => {
    const errors = [{ pointer: '/name', detail: 'is required' }]
    expect(problem(new DomainError('request-invalid', {}, { errors }))).toMatchObject({ status: 400, errors })
  })
})

describe('defineProblems', () => {
  it('has words in both languages for every standard code', () => {
    for (const [code, kind] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z-]+$/)
      expect(kind.status).toBeGreaterThanOrEqual(400)
      for (const texts of [kind.title, kind.detail ?? kind.title]) {
        expect(texts.en).toMatch(/\.$/)
        expect(texts.fr).toMatch(/\.$/)
      }
    }
  })

  it('lets a service say a standard problem in its own words', () => {
    const own = defineProblems({ conflict: { status: 409, title: { en: 'Mine.', fr: 'Le mien.' } } })
    expect(toProblem(new DomainError('conflict'), own, 'en', 'x').title).toBe('Mine.')
  })
})
