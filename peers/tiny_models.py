"""Writes tiny models with random weights to a folder, each with its tokenizer: about 1 MB a model, nothing is downloaded.

Usage: python tiny_models.py <folder>
It gets tinyllama, a chat model that knows tools; tinybert, an embedding model; and tinyreasoner, a chat model that thinks first.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
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


def tokenizer_of(special, length):
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=512, special_tokens=special, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TEXT * 20, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|bos|>",
        eos_token="<|eos|>",
        pad_token="<|pad|>",
        model_max_length=length,
    )


def special_ids(tokenizer):
    return {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def llama(folder, special):
    tokenizer = tokenizer_of(special, CONTEXT)
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
    llama(folder / "tinyllama", SPECIAL)
    bert(folder / "tinybert")
    torch.manual_seed(0)
    llama(folder / "tinyreasoner", SPECIAL + THOUGHTS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
