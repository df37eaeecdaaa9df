node --disable-warning=ExperimentalWarning m.ts
