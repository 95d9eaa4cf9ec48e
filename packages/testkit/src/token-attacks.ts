import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type App, newUuid, toId } from '@guichet/server'
import { exportJWK, type JSONWebKeySet, type JWTHeaderParameters, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newUserId } from './tokens.ts'

/** What the attacks need of the true issuer. `testTokens()` fits. */
export interface AttackedTokens {
  issuer: string
  jwks: JSONWebKeySet
  forge(claims: Record<string, unknown> | string, header?: Partial<JWTHeaderParameters>): Promise<string>
}

export interface AttackedService {
  app: App
  tokens: AttackedTokens
  /** The service's name. */
  audience: string
  /** A user that exists, where the service looks him up; else any. */
  claims?: Record<string, unknown>
  /** The service's clock, where it is not the machine's: one that stands still would take for good what has just expired. */
  now?: () => Date
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * Forged access tokens against every route of an app, public ones too (a bad token is never just ignored): S-01 no
 * algorithm, S-02 the public key as an HMAC secret, S-04 keys brought along, S-05 times, S-06 issuer and audience,
 * S-07 other kinds of token. Call it in a test file; `service` is asked once, before the first test.
 */
export function tokenAttackSuite(service: () => AttackedService | Promise<AttackedService>): void {
  describe('forged access tokens', () => {
    let target: AttackedService
    let hits = 0
    const listener = createServer((_request, response) => {
      hits += 1
      response.end('{"keys":[]}')
    })

    beforeAll(async () => {
      target = await service()
      await target.app.ready()
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    })
    afterAll(async () => {
      await new Promise((resolve) => listener.close(resolve))
    })

    const claims = (changes: Record<string, unknown> = {}) => trueClaims(target, changes)
    const refuseEverywhere = (named: Record<string, string>) => assertRefused(target.app, named)

    it('a true token passes the door, so that the refusals below mean something', async () => {
      const token = await target.tokens.forge(claims())
      for (const { method, url } of routesOf(target.app)) {
        const answer = await target.app.inject({ method, url, headers: { authorization: `Bearer ${token}` } })
        expect(answer.statusCode, `${method} ${url}`).not.toBe(401)
        if (answer.statusCode < 500) return
      }
    })

    it('S-01: without an algorithm, in every spelling, signed or not, are refused by every route', async () => {
      const named: Record<string, string> = {}
      for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
        const head = `${base64url({ alg, typ: 'at+jwt', kid: kidOf(target) })}.${base64url(claims())}`
        named[`alg ${alg}`] = `${head}.`
        named[`alg ${alg} with a signature`] = `${head}.${randomBytes(64).toString('base64url')}`
      }
      const [head = '', body = ''] = (await target.tokens.forge(claims())).split('.')
      named['signature cut off'] = `${head}.${body}.`
      named['signature of zeros'] = `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`
      await refuseEverywhere(named)
    })

    it('S-02: signed by HMAC with the public key are refused by every route', async () => {
      const named: Record<string, string> = {}
      for (const [form, secret] of publicKeyForms(target.tokens.jwks)) {
        for (const [alg, digest] of [
          ['HS256', 'sha256'],
          ['HS512', 'sha512'],
        ] as const) {
          const text = `${base64url({ alg, typ: 'at+jwt', kid: kidOf(target) })}.${base64url(claims())}`
          named[`${alg} ${form}`] = `${text}.${createHmac(digest, secret).update(text).digest('base64url')}`
        }
      }
      await refuseEverywhere(named)
    })

    it('S-04: that bring their own key are refused by every route, and nobody fetches it', async () => {
      const attacker = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const jwk = { ...(await exportJWK(attacker.publicKey)), kid: 'attacker', alg: 'ES256', use: 'sig' }
      const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/jwks.json`
      const certificate = Buffer.from('attacker').toString('base64')
      const headers: Record<string, Record<string, unknown>> = {
        'jwk of the attacker': { jwk },
        'jwk under the true kid': { jwk, kid: kidOf(target) },
        'jku of the attacker': { jku: url, kid: 'attacker' },
        'x5u of the attacker': { x5u: url, kid: 'attacker' },
        'x5c of the attacker': { x5c: [certificate], kid: 'attacker' },
        'true kid, false key': { kid: kidOf(target) },
        'no kid': {},
        'kid as a path': { kid: '../../../../dev/null' },
        'kid as SQL': { kid: "' or 1=1 --" },
      }
      const named: Record<string, string> = {}
      for (const [name, header] of Object.entries(headers)) {
        const signer = new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header })
        named[name] = await signer.sign(attacker.privateKey)
      }
      named['an unknown critical header'] = await target.tokens
        .forge(claims(), { crit: ['exotic'], exotic: true })
        .catch(
          () => `${base64url({ alg: 'ES256', typ: 'at+jwt', crit: ['exotic'], exotic: 1 })}.${base64url(claims())}.AA`,
        )
      await refuseEverywhere(named)
      expect(hits).toBe(0)
    })

    it('S-05: outside their time, or without one, are refused by every route', async () => {
      const now = Math.floor(secondsOf(target))
      const { exp: _exp, ...endless } = claims()
      const { iat: _iat, ...unborn } = claims()
      const { forge } = target.tokens
      await refuseEverywhere({
        'expired by 61 s': await forge(claims({ iat: now - 661, exp: now - 61 })),
        'not yet good': await forge(claims({ nbf: now + 120 })),
        'without exp': await forge(endless),
        'without iat': await forge(unborn),
        'exp as text': await forge(claims({ exp: String(now + 600) })),
        'exp beyond numbers': await forge(JSON.stringify(claims({ exp: '@' })).replace('"@"', '1e400')),
        'exp as null': await forge(claims({ exp: null })),
      })
    })

    it('S-06: of another issuer or for another service are refused by every route', async () => {
      const { forge, issuer } = target.tokens
      const other = target.audience === 'tickets' ? 'events' : 'tickets'
      const { aud: _aud, ...forNobody } = claims()
      const { iss: _iss, ...fromNobody } = claims()
      await refuseEverywhere({
        'another issuer': await forge(claims({ iss: 'https://evil.example' })),
        'the issuer with a slash': await forge(claims({ iss: `${issuer}/` })),
        'no issuer': await forge(fromNobody),
        'another service': await forge(claims({ aud: other })),
        'a list of audiences': await forge(claims({ aud: [target.audience] })),
        'a list with another service': await forge(claims({ aud: [other, target.audience] })),
        'no audience': await forge(forNobody),
        'an empty audience': await forge(claims({ aud: '' })),
      })
    })

    it('S-07: of another kind are refused by every route', async () => {
      const { forge } = target.tokens
      const { client_id: _client, ...withoutClient } = claims()
      const named: Record<string, string> = {
        'a user without a session': await forge(claims({ sid: undefined })),
        'a subject that is no user': await forge(claims({ sub: 'root' })),
        'an empty subject': await forge(claims({ sub: '' })),
        'a client-less token': await forge(withoutClient),
        'an opaque token': randomBytes(52).toString('base64url'),
        'a ticket code': `GT1.${randomBytes(34).toString('base64url')}.${randomBytes(64).toString('base64url')}`,
        'an empty token': '',
        'two dots': '..',
      }
      for (const typ of ['JWT', 'rt+jwt', 'id+jwt', 'logout+jwt', 'reset+jwt', 'ticket+jwt', '', undefined]) {
        named[`typ ${typ}`] = await forge(claims(), { typ } as Partial<JWTHeaderParameters>)
      }
      await refuseEverywhere(named)
    })
  })
}

const secondsOf = ({ now = () => new Date() }: AttackedService) => now().getTime() / 1_000

function trueClaims(service: AttackedService, changes: Record<string, unknown>) {
  const { tokens, audience, claims } = service
  const iat = secondsOf(service)
  const sub = newUserId()
  return {
    iss: tokens.issuer,
    sub,
    aud: audience,
    iat,
    exp: Math.floor(iat) + 600,
    jti: randomUUID(),
    sid: toId('ses', newUuid()),
    client_id: 'web',
    admin: true,
    memberships: {},
    ...claims,
    ...changes,
  }
}

function kidOf({ tokens }: AttackedService): string {
  return tokens.jwks.keys[0]?.kid ?? ''
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface ListedRoute {
  operationId: string
  method: Method
  /** With well-formed ids that name nothing. */
  url: string
  /** Answers without a token. */
  isPublic: boolean
  takesBody: boolean
}

/** Every operation of the service's OpenAPI document. The app must be ready. */
export function routesOf(app: App): ListedRoute[] {
  type Operation = { operationId: string; security?: object[]; requestBody?: object }
  const { paths = {} } = app.swagger() as unknown as { paths?: Record<string, Record<string, Operation>> }
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { operationId, security, requestBody }]) => ({
      operationId,
      method: method.toUpperCase() as Method,
      url: path.replace(/\{(\w+)\}/g, (_whole, name: string) => toId(name.slice(0, 3).toLowerCase(), newUuid())),
      isPublic: security === undefined || security.some((way) => Object.keys(way).length === 0),
      takesBody: requestBody !== undefined,
    })),
  )
  if (routes.length === 0) throw new Error('The app has no routes: nothing was attacked')
  return routes
}

async function assertRefused(app: App, named: Record<string, string>): Promise<void> {
  const taken: string[] = []
  for (const { method, url } of routesOf(app)) {
    for (const [name, token] of Object.entries(named)) {
      const answer = await app.inject({ method, url, headers: { authorization: `Bearer ${token}` } })
      if (answer.statusCode !== 401) taken.push(`${method} ${url}: ${name} → ${answer.statusCode}`)
    }
  }
  expect(taken).toEqual([])
}

/** The public key in every form that a careless library might take for a secret. */
function publicKeyForms(jwks: JSONWebKeySet): [string, Buffer | string][] {
  const jwk = jwks.keys[0]
  if (!jwk) throw new Error('The issuer has no key')
  const key = createPublicKey({ key: jwk as import('node:crypto').JsonWebKey, format: 'jwk' })
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  return [
    ['PEM', pem],
    ['PEM without the last newline', pem.trimEnd()],
    ['PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['DER', key.export({ type: 'spki', format: 'der' })],
    ['JWK', JSON.stringify(jwk)],
    ['the x coordinate', Buffer.from(jwk.x ?? '', 'base64url')],
    ['an empty secret', ''],
  ]
}
