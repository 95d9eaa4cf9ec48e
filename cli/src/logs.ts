import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { readArguments } from './arguments.ts'
import { readableLine } from './log-line.ts'
import { dataFolder } from './paths.ts'
import { Refusal } from './refusal.ts'

export async function logs(args: string[]): Promise<number> {
  const { values, positionals } = readArguments('logs', {
    args,
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      follow: { type: 'boolean', short: 'f', default: false },
      lines: { type: 'string', short: 'n', default: '100' },
      raw: { type: 'boolean', default: false },
    },
  })
  const files = chooseFiles(join(dataFolder(values.data), 'logs'), positionals)
  const write = (file: string, line: string) => {
    const name = files.length > 1 ? `${basename(file, '.log').padEnd(13)} ` : ''
    console.log(name + (values.raw ? line : readableLine(line)))
  }
  const positions = new Map<string, number>()
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    positions.set(file, Buffer.byteLength(text))
    const lines = text.split('\n').filter((line) => line !== '')
    for (const line of lines.slice(-Number(values.lines) || lines.length)) write(file, line)
  }
  while (values.follow) {
    await wait(200)
    for (const file of files) {
      const { text, position } = readFrom(file, positions.get(file) ?? 0)
      positions.set(file, position)
      for (const line of text.split('\n').filter((each) => each !== '')) write(file, line)
    }
  }
  return 0
}

function chooseFiles(folder: string, names: string[]): string[] {
  const known = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.log')) : []
  if (known.length === 0) throw new Refusal(`There are no logs in ${folder} yet.`)
  for (const name of names) {
    if (!known.includes(`${name}.log`)) {
      throw new Refusal(
        `There is no log of "${name}": there are ${known.map((file) => basename(file, '.log')).join(', ')}.`,
      )
    }
  }
  return (names.length > 0 ? names.map((name) => `${name}.log`) : known).map((file) => join(folder, file))
}

/** Whole lines written since `position`; starts over when the file was rotated. */
function readFrom(file: string, position: number): { text: string; position: number } {
  const size = existsSync(file) ? statSync(file).size : 0
  const from = size < position ? 0 : position
  if (size === from) return { text: '', position: from }
  const buffer = Buffer.alloc(size - from)
  const descriptor = openSync(file, 'r')
  readSync(descriptor, buffer, 0, buffer.length, from)
  closeSync(descriptor)
  const end = buffer.lastIndexOf(10) + 1
  return { text: buffer.toString('utf8', 0, end), position: from + end }
}
