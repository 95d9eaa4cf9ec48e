import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { emptyDatabase, eventually, freePort } from '@guichet/testkit'
import { expect, it } from 'vitest'
import { NOWHERE } from './fixture.ts'
import { PUBLIC_URL } from './peers.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')

function run(args: string[], settings: Record<string, string>) {
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`NOTIFICATIONS_${name}`, value]))
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  const code = once(child, 'close').then(([exitCode]) => exitCode as number | null)
  return { code, kill: (signal: NodeJS.Signals) => child.kill(signal), output: () => output }
}

it('the process: refuses a bad configuration and a database not migrated, migrates, serves with all peers away, and stops when told', async () => {
  const database = await emptyDatabase()
  const port = await freePort()
  const settings = {
    PORT: String(port),
    DATABASE_URL: database.url,
    BUS_URL: 'amqp://127.0.0.1:9',
    PUBLIC_URL,
    JWKS_URL: `${NOWHERE}/jwks.json`,
    ACCOUNTS_URL: NOWHERE,
    TICKETS_URL: NOWHERE,
    SMTP_URL: 'smtp://127.0.0.1:9',
    CLIENT_SECRET: 'kept for this test, and longer than 32 characters',
  }

  const bad = run(['check-config'], { ...settings, CLIENT_SECRET: 'short', SMTP_URL: 'nonsense' })
  expect(await bad.code).toBe(1)
  expect(bad.output()).toContain('NOTIFICATIONS_CLIENT_SECRET')
  expect(bad.output()).toContain('NOTIFICATIONS_SMTP_URL')
  expect(await run(['check-config'], settings).code).toBe(0)
  expect(await run(['migrat'], settings).code).toBe(1)

  const early = run([], settings)
  expect(await early.code).toBe(1)
  expect(early.output()).toContain('not migrated')
  expect(await run(['migrate'], settings).code).toBe(0)
  expect(await run(['migrate'], settings).code).toBe(0)

  const service = run([], settings)
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200)
  const told = performance.now()
  service.kill('SIGTERM')
  expect(await service.code).toBe(0)
  expect(performance.now() - told).toBeLessThan(60_000)
  await database.stop()
})
