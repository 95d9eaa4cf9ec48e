import type pg from 'pg'

type Step =
  | { kind: 'random'; name: string; low: string; high: string }
  | { kind: 'sql'; name: string; text: string; parameters: string[]; keep: boolean }

export type Variables = Record<string, unknown>

/** Reads the small part of pgbench's language that our scripts use: `\set x random(:a, :b)`, `:name` and `\gset`. */
export function parseScript(source: string): Step[] {
  const steps: Step[] = []
  const text = source
    .replace(/^--.*$/gm, '')
    .replace(/^\\set (\w+) random\(:(\w+), :(\w+)\)$/gm, (_line, name: string, low: string, high: string) => {
      steps.push({ kind: 'random', name, low, high })
      return ''
    })
  for (const match of text.matchAll(/([^;\\]+)(;|\\gset)/g)) {
    const parameters: string[] = []
    const statement = (match[1] ?? '').trim().replace(/(?<!:):([a-z]\w*)/g, (_colon, name: string) => {
      const known = parameters.indexOf(name)
      return `$${known < 0 ? parameters.push(name) : known + 1}`
    })
    steps.push({ kind: 'sql', name: `s${steps.length}`, text: statement, parameters, keep: match[2] === '\\gset' })
  }
  return steps
}

/** Runs a script once, each statement prepared on its first use. */
export async function runScript(client: pg.Client, steps: readonly Step[], variables: Variables): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'random') {
      const low = Number(variables[step.low])
      variables[step.name] = low + Math.floor(Math.random() * (Number(variables[step.high]) - low + 1))
      continue
    }
    const { name, text, parameters, keep } = step
    const { rows } = await client.query({ name, text, values: parameters.map((each) => variables[each]) })
    if (keep) Object.assign(variables, rows[0])
  }
}
