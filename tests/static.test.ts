import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

// Types, lint and contracts are part of the tests, so that one command says whether all is well.

const ROOT = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** The output of a failed check, or the empty string when it passed. */
async function check(script: string, args: string[], cwd = ROOT): Promise<string> {
  try {
    await run(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd, maxBuffer: 16 * 1024 * 1024 })
    return ''
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    return `${stdout ?? ''}${stderr ?? ''}` || String(error)
  }
}

const WORKSPACES = [
  ...['problem', 'database', 'server', 'messaging', 'embedded-postgres', 'testkit'].map((name) => `packages/${name}`),
  ...['accounts', 'events', 'tickets', 'notifications'].map((name) => `services/${name}`),
  'sandbox',
  'bench',
  'cli',
  'e2e',
]

it.each(WORKSPACES)('%s type-checks strictly', async (workspace) => {
  expect(await check('typescript/bin/tsc', ['--noEmit', '-p', join(workspace, 'tsconfig.json')])).toBe('')
})

it('the web type-checks strictly', async () => {
  expect(await check('@sveltejs/kit/svelte-kit.js', ['sync'], join(ROOT, 'web'))).toBe('')
  expect(
    await check(
      'svelte-check/bin/svelte-check',
      ['--tsconfig', './tsconfig.json', '--fail-on-warnings'],
      join(ROOT, 'web'),
    ),
  ).toBe('')
})

it('the linter and the formatter find nothing', async () => {
  expect(await check('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '--max-diagnostics=50', '.'])).toBe(
    '',
  )
})

it.each(['accounts', 'events', 'tickets', 'notifications'])(
  'the OpenAPI document of %s is valid OpenAPI 3.1',
  async (service) => {
    expect(existsSync(join(ROOT, `contracts/http/${service}.yaml`))).toBe(true)
    expect(await check('@redocly/cli/bin/cli.js', ['lint', `contracts/http/${service}.yaml`])).toBe('')
  },
)

it('the document of the webhooks is valid OpenAPI 3.1', async () => {
  expect(await check('@redocly/cli/bin/cli.js', ['lint', 'contracts/webhooks.yaml'])).toBe('')
})

it('the AsyncAPI document is valid AsyncAPI 3', async () => {
  expect(await check('@redocly/cli/bin/cli.js', ['lint', 'contracts/asyncapi.yaml'])).toBe('')
})
