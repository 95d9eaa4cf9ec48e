import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { refreshSession } from '../src/session/refresh.server.ts'

/** Stands for the accounts service on the wire: counts what it is asked. */
let asked: string[] = []
let answer = { status: 200, body: '{}' }
const accounts = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    asked.push(JSON.parse(body).refreshToken)
    setTimeout(() => response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body), 20)
  })
})

beforeAll(async () => {
  await new Promise<void>((resolve) => accounts.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(accounts.address() as AddressInfo).port}`
  const secret = 'b7Kq2vXw9zRt4Ym8Np3Ls6Jd1Fh5Gc0A'
  Object.assign(process.env, { WEB_PUBLIC_URL: url, WEB_SESSION_SECRET: secret })
  for (const name of ['ACCOUNTS', 'EVENTS', 'TICKETS', 'NOTIFICATIONS']) process.env[`WEB_${name}_URL`] = url
})
beforeEach(() => {
  asked = []
  answer = { status: 200, body: '{"sessionId":"s"}' }
})
afterAll(() => {
  accounts.close()
})

it('rotates a refresh token once for all requests that carry it, at once and shortly after', async () => {
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => refreshSession('together')))
  outcomes.push(await refreshSession('together'))
  expect(asked).toEqual(['together'])
  expect(new Set(outcomes).size).toBe(1)
})

it('asks again for another token', async () => {
  await Promise.all([refreshSession('one'), refreshSession('two')])
  expect(asked.sort()).toEqual(['one', 'two'])
})

it('tells a refused token from a service that does not answer', async () => {
  answer = { status: 401, body: '{"code":"refresh-token-invalid"}' }
  expect(await refreshSession('used')).toEqual({ kind: 'refused' })
  answer = { status: 503, body: '{}' }
  expect(await refreshSession('later')).toEqual({ kind: 'unavailable' })
  answer = { status: 200, body: 'no JSON' }
  expect(await refreshSession('broken')).toEqual({ kind: 'unavailable' })
})
