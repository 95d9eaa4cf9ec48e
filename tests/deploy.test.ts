import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig as readInboxConfig } from '../sandbox/src/inbox/config.ts'
import { readConfig as readPaymentsConfig } from '../sandbox/src/payments/config.ts'
import { readConfig as readSmsConfig } from '../sandbox/src/sms/config.ts'
import { readConfig as readWebConfig } from '../web/src/config.server.ts'

// Containers cannot run everywhere, but what they would run can: the same commands with the same environment.

const ROOT = join(import.meta.dirname, '..')
const SERVICES = ['accounts', 'events', 'tickets', 'notifications']
const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8')
interface ComposeService {
  build?: { target: string }
  command?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, unknown>
  volumes?: string[]
}
const compose = parse(readFileSync(join(ROOT, 'deploy/compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>
}
const secrets = mkdtempSync(join(tmpdir(), 'guichet-secrets-'))
const makeSecrets = () => execFileSync(process.execPath, [join(ROOT, 'deploy/make-secrets.ts'), secrets])
makeSecrets()
afterAll(() => rmSync(secrets, { recursive: true, force: true }))

/** A service's environment as its container would see it, with the secrets' folder moved here. */
function environment(name: string): Record<string, string> {
  const entries = Object.entries(compose.services[name]?.environment ?? {}).map(([key, value]) => [
    key,
    String(value)
      .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
      .replace(/^\/secrets\//, `${secrets}/`),
  ])
  return Object.fromEntries(entries)
}

describe('the secrets of an installation', () => {
  it('are made once: a second run changes none', () => {
    const read = () => readdirSync(secrets).map((name) => [name, readFileSync(join(secrets, name), 'utf8')])
    const before = read()
    expect(before.length).toBeGreaterThan(10)
    makeSecrets()
    expect(read()).toEqual(before)
  })

  it('stand in no committed file', () => {
    expect(readFileSync(join(ROOT, 'deploy/compose.yaml'), 'utf8')).not.toMatch(/password:|PASSWORD: |SECRET: /)
  })
})

describe('compose.yaml', () => {
  it.each(SERVICES)('starts %s with a configuration that it accepts', (service) => {
    const result = spawnSync(process.execPath, [join(ROOT, `services/${service}/src/main.ts`), 'check-config'], {
      env: { PATH: process.env.PATH ?? '', ...environment(service) },
      encoding: 'utf8',
    })
    expect(result.stderr + result.stdout, `exit code ${result.status}`).not.toMatch(/not valid/)
    expect(result.status).toBe(0)
  })

  it('gives the web and the sandbox an environment that they accept too', async () => {
    expect(() => readWebConfig(environment('web'))).not.toThrow()
    expect(() => readPaymentsConfig(environment('payments'))).not.toThrow()
    expect(() => readInboxConfig(environment('inbox'))).not.toThrow()
    expect(() => readSmsConfig(environment('sms'))).not.toThrow()
  })

  it('lets those who count visitors know them apart, although all come through web', () => {
    for (const service of ['accounts', 'tickets', 'notifications']) {
      expect(environment(service)[`${service.toUpperCase()}_TRUST_PROXY`], service).toBe('uniquelocal')
    }
  })

  it('shows the secrets to nobody who needs none', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      const needs = name === 'secrets' || JSON.stringify(service).includes('"/secrets/')
      expect(service.volumes?.some((volume) => volume.startsWith('secrets:')) ?? false, name).toBe(needs)
    }
  })

  it('names only targets, commands and services that exist', () => {
    const targets = new Set([...dockerfile.matchAll(/^FROM .* AS (\S+)$/gm)].map((match) => match[1]))
    for (const [name, service] of Object.entries(compose.services)) {
      if (service.build) expect(targets, name).toContain(service.build.target)
      const script = service.command?.[1]
      if (script && !script.startsWith('/')) expect(statSync(join(ROOT, script)).isFile(), name).toBe(true)
      for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(compose.services)).toContain(other)
    }
  })
})

describe('the Dockerfile', () => {
  it.each([...SERVICES, 'web', 'sandbox'])('has a target %s that runs as an unprivileged user', (target) => {
    // Every target comes from `runtime`, and whoever turns to root turns back.
    const start = dockerfile.indexOf(`FROM runtime AS ${target}`)
    expect(start).toBeGreaterThan(0)
    expect(dockerfile).toMatch(/AS runtime[\s\S]*?\nUSER node\n/)
    const end = dockerfile.indexOf('\nFROM ', start)
    const users = [...dockerfile.slice(start, end === -1 ? undefined : end).matchAll(/^USER (\S+)$/gm)].map(
      (match) => match[1],
    )
    expect(users.at(-1) ?? 'node').toBe('node')
  })

  it('starts programs that exist', () => {
    for (const match of dockerfile.matchAll(/^CMD \["node", "([^"]+)"\]$/gm))
      expect(statSync(join(ROOT, match[1] ?? '')).isFile()).toBe(true)
  })
})
