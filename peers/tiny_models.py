"""Writes tiny models with random weights to a folder, each with its tokenizer: about 1 MB a model, nothing is downloaded.

Usage: python tiny_models.py <folder>
It gets tinyllama, a chat model that knows tools; tinybert, an embedding model; tinyreasoner, a chat model that thinks first; and
tinybytes, a chat model that has two tokens for each letter.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<|pad|>", "<|bos|>", "<|eos|>", "<|user|>", "<|assistant|>", "<|system|>", "<|tool|>"]
# What vLLM's tool parser "hermes" and its reasoning parser "deepseek_r1" read.
SPECIAL += ["<tool_call>", "</tool_call>"]
THOUGHTS = ["<think>", "</think>"]
TEXT = ["hello world fraud score invoice customer", "Summarise this n8n item please", "the quick brown fox"]
TEMPLATE = (
    "{{ bos_token }}{% if tools %}<|system|>{{ tools | tojson }}{{ eos_token }}{% endif %}"
    "{% for m in messages %}<|{{ m['role'] }}|>"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{{ m['content'] | tojson }}{% endif %}{{ eos_token }}"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
CONTEXT = 1024
LONGEST_TEXT = 128


def usable(tokenizer, length, **more):
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|bos|>",
        eos_token="<|eos|>",
        pad_token="<|pad|>",
        model_max_length=length,
        **more,
    )


def tokenizer_with_bytes():
    """As SentencePiece makes them (Llama 2, Mistral, Gemma): a token for each byte, beside those for characters."""
    alphabet = ["\u2581"] + [chr(code) for code in range(33, 127)]
    vocabulary = SPECIAL + ["<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)] + alphabet
    model = models.BPE({token: at for at, token in enumerate(vocabulary)}, [], unk_token="<unk>", byte_fallback=True)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(SPECIAL)
    return usable(tokenizer, CONTEXT, unk_token="<unk>")


def tokenizer_of(special, length):
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=512, special_tokens=special, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TEXT * 20, trainer)
    return usable(tokenizer, length)


def special_ids(tokenizer):
    return {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def llama(folder, tokenizer):
    tokenizer.chat_template = TEMPLATE
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        # vLLM's attention on the CPU knows only some sizes of a head; 32 is the smallest.
        head_dim=32,
        max_position_embeddings=CONTEXT,
        **special_ids(tokenizer),
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def bert(folder):
    # A tokenizer of its own, since an id beyond the table of the model would give noise.
    tokenizer = tokenizer_of(SPECIAL, LONGEST_TEXT)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=LONGEST_TEXT,
        **special_ids(tokenizer),
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main(folder):
    torch.manual_seed(0)
    llama(folder / "tinyllama", tokenizer_of(SPECIAL, CONTEXT))
    bert(folder / "tinybert")
    torch.manual_seed(0)
    llama(folder / "tinyreasoner", tokenizer_of(SPECIAL + THOUGHTS, CONTEXT))
    torch.manual_seed(0)
    llama(folder / "tinybytes", tokenizer_with_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
