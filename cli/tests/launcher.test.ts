import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectRoot } from '../src/paths.ts'
import { temporaryFolder } from './fixtures/copy.ts'

let folder: string
let clone: string
let path: string
beforeEach(() => {
  folder = temporaryFolder()
  clone = join(folder, 'a clone')
  path = join(folder, 'bin')
  mkdirSync(join(clone, 'cli', 'src'), { recursive: true })
  mkdirSync(path)
  copyFileSync(join(projectRoot, 'guichet'), join(clone, 'guichet'))
  writeFileSync(join(clone, 'package.json'), '{}')
  writeFileSync(join(clone, 'cli', 'src', 'main.ts'), 'console.log("ran", process.cwd(), ...process.argv.slice(2))')
  for (const tool of ['cat', 'cksum', 'date', 'dirname', 'grep', 'head', 'mkdir', 'readlink', 'rm', 'sleep', 'uname']) {
    const found = spawnSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim()
    symlinkSync(found, join(path, tool))
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, script: string): void {
  writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(path, name), 0o755)
}

function launch(launcher: string, args: string[] = [], cwd = folder) {
  const run = spawnSync(launcher, args, { cwd, encoding: 'utf8', env: { PATH: path } })
  return { status: run.status, output: run.stdout.trim(), complaint: run.stderr.trim() }
}

test('says that Node is missing, in one sentence', () => {
  const run = launch(join(clone, 'guichet'))
  expect(run.status).toBe(1)
  expect(run.complaint).toBe(
    'guichet: Node.js is missing: install Node 20 or newer (https://nodejs.org), then run this command again.',
  )
})

test('says that Node is too old, in one sentence', () => {
  program('node', 'echo v18.20.4')
  const run = launch(join(clone, 'guichet'))
  expect(run.status).toBe(1)
  expect(run.complaint).toBe(
    'guichet: Node.js v18.20.4 is too old: install Node 20 or newer (https://nodejs.org), then run this command again.',
  )
})

test('says how to get Node 24 when npm has none for the machine', () => {
  program('node', 'echo v22.1.0')
  program('npm', 'mkdir -p node_modules')
  const run = launch(join(clone, 'guichet'))
  expect(run.status).toBe(1)
  expect(run.complaint.split('\n').at(-1)).toMatch(/^guichet: Guichet needs Node 24\.7 or newer and npm has none/)
})

test('installs once, and calls npm again only when the locked dependencies change', () => {
  symlinkSync(process.execPath, join(path, 'node'))
  program('npm', 'echo called >> npm-calls; mkdir -p node_modules')
  const calls = () => spawnSync('cat', [join(clone, 'npm-calls')], { encoding: 'utf8' }).stdout
  expect(launch(join(clone, 'guichet')).status).toBe(0)
  expect(launch(join(clone, 'guichet')).status).toBe(0)
  expect(calls()).toBe('called\n')
  writeFileSync(join(clone, 'package-lock.json'), '{"changed":true}')
  expect(launch(join(clone, 'guichet')).status).toBe(0)
  expect(calls()).toBe('called\ncalled\n')
})

test('says what npm could not do, and tries again the next time', () => {
  symlinkSync(process.execPath, join(path, 'node'))
  program('npm', 'echo "npm error code ENOTFOUND"; exit 1')
  const failed = launch(join(clone, 'guichet'))
  expect(failed.status).toBe(1)
  expect(failed.complaint).toContain('npm error code ENOTFOUND')
  expect(failed.complaint.split('\n').at(-1)).toMatch(/^guichet: npm could not install the dependencies/)
  program('npm', 'mkdir -p node_modules')
  expect(launch(join(clone, 'guichet')).status).toBe(0)
})

test('runs through a symlink and from any folder, and leaves the arguments whole', () => {
  symlinkSync(process.execPath, join(path, 'node'))
  program('npm', 'mkdir -p node_modules')
  symlinkSync(join('..', 'a clone', 'guichet'), join(path, 'guichet'))
  const run = launch(join(path, 'guichet'), ['import', 'my file.csv'], '/')
  expect(run.output).toBe('ran / import my file.csv')
})
