import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { freePort } from './free-ports.ts'
import { type Document, type Methods, type Operation, prepare, type Schema } from './vendor-openapi.ts'

export interface Prism {
  /** The operation as the vendor's OpenAPI names it, undefined when it does not describe it. */
  operation(method: string, path: string): string | undefined
  /** What the mock made from the vendor's OpenAPI says to a request: undefined when it accepts it. */
  objection(method: string, target: string, headers: Record<string, string>, body: string): Promise<string | undefined>
  stop(): Promise<void>
}

/** Runs Prism on a vendor's OpenAPI, or on the operations of it that `paths` name. */
export async function startPrism(main: string, openApi: string, paths?: readonly string[]): Promise<Prism> {
  const folder = await mkdtemp(join(tmpdir(), 'guichet-prism-'))
  const { document, dropped } = prepare(JSON.parse(await readFile(openApi, 'utf8')) as Document, paths)
  for (const what of dropped) console.log(`${openApi}: without ${what}`)
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document))
  const port = await freePort()
  const child = spawn(process.execPath, [main, 'mock', '--errors', '-h', '127.0.0.1', '-p', String(port), file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  process.once('exit', () => child.kill())
  const url = `http://127.0.0.1:${port}`
  await eventually(async () => (await fetch(url)).status > 0)
  const patterns = Object.entries(document.paths).map(([path, methods]) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
    methods,
  }))
  const find = (method: string, path: string): { path: string; operation: Operation } | undefined => {
    const known = patterns.find(({ pattern, methods }) => pattern.test(path) && method.toLowerCase() in methods)
    const operation = known?.methods[method.toLowerCase() as keyof Methods]
    return known && operation && { path: known.path, operation }
  }

  return {
    operation(method, path) {
      const found = find(method, path)
      return found && `${method} ${found.path}`
    },
    async objection(method, target, headers, body) {
      const form = find(method, target.split('?')[0] ?? '')?.operation.form
      const sent = form ? JSON.stringify(readForm(body, form)) : body
      const type = form ? { 'content-type': 'application/json' } : {}
      const response = await fetch(url + target, {
        method,
        headers: { ...headers, ...type },
        body: method === 'GET' ? null : sent,
      })
      const text = await response.text()
      return response.status < 400 ? undefined : `${response.status} ${text.slice(0, 600)}`
    },
    async stop() {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Tree = { [name: string]: Tree | string }

/** `a[0][b]=c` as the object that it stands for, with numbers and lists where the schema has them. */
function readForm(body: string, schema: Schema): unknown {
  const tree: Tree = {}
  for (const [name, value] of new URLSearchParams(body)) {
    const steps = name.split(/[[\]]+/).filter(Boolean)
    const last = steps.pop() ?? ''
    let at = tree
    for (const step of steps) {
      const next = at[step]
      at = at[step] = typeof next === 'object' ? next : {}
    }
    at[last] = value
  }
  return shaped(tree, schema)
}

function shaped(value: Tree | string, schema: Schema = {}): unknown {
  const { anyOf } = schema
  if (anyOf) {
    const isTree = typeof value === 'object'
    return shaped(value, anyOf.find(({ type }) => (type === 'object' || type === 'array') === isTree) ?? {})
  }
  if (typeof value === 'string') {
    return (schema.type === 'integer' || schema.type === 'number') && /^-?\d+$/.test(value) ? Number(value) : value
  }
  if (schema.type === 'array') return Object.values(value).map((one) => shaped(one, schema.items))
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([name, one]) => [name, shaped(one, schema.properties?.[name])]))
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill()
  })
}
