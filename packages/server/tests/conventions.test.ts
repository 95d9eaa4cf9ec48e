import { describe, expect, it } from 'vitest'
import {
  assertIfMatch,
  ConfigError,
  decodeCursor,
  encodeCursor,
  etag,
  isFresh,
  newUuid,
  parseId,
  parseLanguage,
  readSettings,
  toId,
  toUuid,
} from '../src/server.ts'

const refusal = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return 'passed'
}

describe('cursors', () => {
  it('come back as they went', () => {
    const position = ['2027-01-01T00:00:00Z', 7, null]
    expect(decodeCursor(encodeCursor(position), 3)).toEqual(position)
  })

  it('that a client made up are a bad request', () => {
    const forged = [{}, [1], [1, 2, 3], [1, {}], [1, [2]], [1, true], 'x', null]
    const texts = ['', '%', 'x', ...forged.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'))]
    for (const text of texts) expect([text, refusal(() => decodeCursor(text, 2))]).toEqual([text, 'request-invalid'])
  })
})

describe('etags', () => {
  const ifMatch = (header?: string) => refusal(() => assertIfMatch({ headers: { 'if-match': header } }, 3))

  it('guard an update: none is 428, an old one 412', () => {
    expect(ifMatch(undefined)).toBe('precondition-required')
    for (const old of ['"v2"', 'v3', 'W/"v3"', '""', '"v33"'])
      expect([old, ifMatch(old)]).toEqual([old, 'precondition-failed'])
    for (const good of [etag(3), '*', ' "v1", "v3" ']) expect([good, ifMatch(good)]).toEqual([good, 'passed'])
  })

  it('spare a reader what he has, weakly compared (RFC 9110 §13.1.2)', () => {
    const fresh = (header?: string) => isFresh({ headers: { 'if-none-match': header } }, etag(3))
    expect([fresh('"v3"'), fresh('W/"v3"'), fresh('"v1", "v3"'), fresh('"v2"'), fresh()]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })
})

describe('ids', () => {
  it('are UUIDs outside in, ordered by time', () => {
    const uuid = newUuid(1_700_000_000_000)
    expect(toUuid('evt', toId('evt', uuid))).toBe(uuid)
    expect(toId('evt', uuid) < toId('evt', newUuid(1_700_000_000_001))).toBe(true)
  })

  it('of another kind, or of none, name nothing', () => {
    const order = toId('ord', newUuid())
    for (const id of [order, 'evt_', 'evt_x', '', order.replace('ord', 'EVT'), `${order} `, "evt_' or 1=1"]) {
      expect([id, refusal(() => toUuid('evt', id)), parseId('evt', id)]).toEqual([id, 'not-found', undefined])
    }
  })
})

describe('parseLanguage', () => {
  it('is French when French is preferred, else English', () => {
    const cases: [string | undefined, string][] = [
      [undefined, 'en'],
      ['fr', 'fr'],
      ['fr-CA, en;q=0.8', 'fr'],
      ['en, fr', 'en'],
      ['de, fr;q=0.4, en;q=0.3', 'fr'],
      ['de', 'en'],
      ['fr;q=0', 'en'],
      ['fr;q=nonsense', 'en'],
      [';;;,,,', 'en'],
    ]
    for (const [header, language] of cases) expect([header, parseLanguage(header)]).toEqual([header, language])
  })
})

describe('readSettings', () => {
  const SECRET = 'q8Zr1vXw3mKp6tYb9nDc2sFh5jLg7aEu'
  const read = (env: Record<string, string>) => {
    const settings = readSettings(env, 'X_')
    const values = {
      host: settings.text('HOST', '127.0.0.1'),
      port: settings.integer('PORT', 4000, { min: 0, max: 65_535 }),
      url: settings.url('URL'),
      secret: settings.secret('SECRET'),
      level: settings.choice('LEVEL', ['info', 'debug'], 'info'),
      peer: settings.optionalUrl('PEER'),
    }
    settings.finish()
    return values
  }
  const faultsOf = (env: Record<string, string>) => {
    try {
      read(env)
    } catch (error) {
      if (error instanceof ConfigError) return error.faults
    }
    return []
  }

  it('reads what is set, and else the default', () => {
    expect(read({ X_URL: 'https://a.example//', X_SECRET: ` ${SECRET} `, X_PORT: '0' })).toEqual({
      host: '127.0.0.1',
      port: 0,
      url: 'https://a.example',
      secret: SECRET,
      level: 'info',
      peer: undefined,
    })
  })

  it('reports all faults at once, by name, and never the value of a secret', () => {
    const faults = faultsOf({ X_PORT: '70000', X_URL: 'nonsense', X_SECRET: 'hunter2', X_LEVEL: 'loud', X_PEER: ':' })
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['X_PORT', 'X_URL', 'X_SECRET', 'X_LEVEL', 'X_PEER'])
    expect(faults.join()).not.toContain('hunter2')
    expect(faultsOf({})).toHaveLength(2)
  })

  it('S-28: refuses secrets that are short, repeated, or copied from an example', () => {
    for (const weak of [
      'short',
      'x'.repeat(40),
      `change-me-${'1'.repeat(30)}`,
      `example${'7'.repeat(30)}`,
      `my-password-${'a1'.repeat(20)}`,
    ]) {
      expect([weak, faultsOf({ X_URL: 'https://a.example', X_SECRET: weak })]).toEqual([
        weak,
        [expect.stringMatching(/^X_SECRET is/)],
      ])
    }
  })
})
