type Settled<T> = Exclude<T, false | null | 0 | ''>

/**
 * Waits until `check` returns something truthy (or, returning nothing, does not throw) and gives it back.
 * The limit only bounds a failing test; a passing one goes on at once.
 */
export async function eventually<T>(check: () => T | Promise<T>, limitMs = 120_000): Promise<Settled<T>> {
  const end = performance.now() + limitMs
  let last: unknown
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 250)) {
    try {
      const result = await check()
      if (result || result === undefined) return result as Settled<T>
      last = new Error(`still ${String(result)}`)
    } catch (error) {
      last = error
    }
    if (performance.now() > end) throw new Error('The condition was never met', { cause: last })
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
