/** What a check found: it is right, it could be better, it is wrong, or there is nothing to check. */
export interface Finding {
  name: string
  level: 'ok' | 'warn' | 'fail' | 'skip'
  /** What is so, and what to do about it. */
  words: string
}

export const ok = (name: string, words: string): Finding => ({ name, level: 'ok', words })
export const warn = (name: string, words: string): Finding => ({ name, level: 'warn', words })
export const fail = (name: string, words: string): Finding => ({ name, level: 'fail', words })
export const skip = (name: string, words: string): Finding => ({ name, level: 'skip', words })

/** Runs a check; what it throws is its finding. */
export async function checked(name: string, check: () => Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await check()].flat()
  } catch (error) {
    return [fail(name, error instanceof Error ? error.message : String(error))]
  }
}
