import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { startSession } from './data/session.ts'
import './style/fonts.css'
import './style/tokens.css'
import './style/base.css'
import './style/parts.css'
import './style/patient.css'

void startSession()
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
