import { defineConfig } from 'vitest/config'

/** One project per workspace, so that each part's tests run alone: `./guichet test --project tickets`. */
const databaseProjects = ['accounts', 'events', 'tickets', 'notifications'].map((name) => ({
  name,
  root: `services/${name}`,
}))
const packageProjects = ['database', 'embedded-postgres', 'messaging', 'problem', 'server', 'testkit'].map((name) => ({
  name,
  root: `packages/${name}`,
}))
const others = ['sandbox', 'bench', 'cli', 'web', 'e2e'].map((name) => ({ name, root: name }))

export default defineConfig({
  test: {
    // Two cores are what we promise to run on; more files at once only wait for each other.
    maxWorkers: 2,
    projects: [...packageProjects, ...databaseProjects, ...others, { name: 'repository', root: '.' }].map(
      ({ name, root }) => ({
        test: {
          name,
          root,
          environment: 'node',
          include: name === 'repository' ? ['tests/*.test.ts'] : ['tests/**/*.test.ts', 'src/**/*.test.ts'],
          globalSetup: [
            `${import.meta.dirname}/${name === 'e2e' ? 'e2e/shared-system.ts' : 'packages/testkit/src/setup.ts'}`,
          ],
          // They only bound what hangs: a busy machine is ten times slower than a quiet one.
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      }),
    ),
  },
})
