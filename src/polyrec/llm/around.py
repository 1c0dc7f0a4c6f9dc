"""A language model around another one: what it is, is what that is."""

from __future__ import annotations

from dataclasses import dataclass

from polyrec.llm.language_model import LanguageModel


@dataclass
class Around(LanguageModel):
    """Passes on what the model that it holds is; how it is asked is up to the class.

    Attributes:
        model: the language model that answers.
    """

    model: LanguageModel

    @property
    def fingerprint(self) -> str:
        """That of the held model."""
        return self.model.fingerprint

    @property
    def sends_out(self) -> bool:
        """Whether the held model sends prompts to another machine."""
        return self.model.sends_out

    @property
    def allow_user_text(self) -> bool:
        """Whether the held model may be sent a user's own text."""
        return bool(getattr(self.model, "allow_user_text", False))

    @property
    def asks_again(self) -> bool:
        """False: the held model does, where that helps."""
        return False
