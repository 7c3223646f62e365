import type { ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { Icon } from '../icon.tsx'

/** A dialog in the middle of the page, or at the bottom of a phone. Escape or a click beside it closes it. */
export function Sheet({ title, close, children }: { title: string; close(): void; children: ReactNode }) {
  const { t } = useText(commonTexts)
  return (
    <ModalOverlay className="sheet-behind" isOpen isDismissable onOpenChange={(open) => !open && close()}>
      <Modal className="sheet">
        <Dialog className="sheet-dialog">
          <header>
            <Heading slot="title">{title}</Heading>
            <button type="button" className="icon-button" aria-label={t.close} onClick={close}>
              <Icon name="cross" />
            </button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
