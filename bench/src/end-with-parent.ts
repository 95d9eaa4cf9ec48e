// Loaded into the service before its program: it ends when the bench does, also when that is killed.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
