export interface Alarm {
  ring(): void
  /** Resolves when it rings, has rung since the last wait, or the time is up. */
  wait(milliseconds: number): Promise<void>
}

/** Sleep that others can end; a ring that comes before the sleep is not lost. */
export function createAlarm(): Alarm {
  let rung = false
  let end = () => {}
  return {
    ring() {
      rung = true
      end()
    },
    async wait(milliseconds) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds)
          end = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      rung = false
    },
  }
}
