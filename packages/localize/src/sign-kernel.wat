;; The counting kernel, four units at a time. `sign-kernel.ts` holds its bytes and says what memory looks like;
;; `sign-kernel.test.ts` assembles this text and compares. All addresses are in bytes, ranges a multiple of 16.
(module
  (import "austeer" "memory" (memory 1))

  ;; 1 where every float32 of [at, end) is finite: x · 0 is 0 then, NaN otherwise, and one NaN spoils the sum.
  (func (export "finite") (param $at i32) (param $end i32) (result i32)
    (local $sum v128)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum
          (f32x4.add
            (local.get $sum)
            (f32x4.mul (v128.load (local.get $at)) (v128.const f32x4 0 0 0 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32x4.all_true (f32x4.eq (local.get $sum) (v128.const f32x4 0 0 0 0))))

  ;; Adds one pair: up where positive > negative, down where it is less. A comparison's true is −1, so counts
  ;; subtract it.
  (func (export "count")
    (param $positive i32) (param $negative i32) (param $up i32) (param $down i32) (param $end i32)
    (local $right v128)
    (local $wrong v128)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $positive) (local.get $end)))
        (local.set $right (v128.load (local.get $positive)))
        (local.set $wrong (v128.load (local.get $negative)))
        (v128.store (local.get $up)
          (i32x4.sub
            (v128.load (local.get $up))
            (f32x4.gt (local.get $right) (local.get $wrong))))
        (v128.store (local.get $down)
          (i32x4.sub
            (v128.load (local.get $down))
            (f32x4.lt (local.get $right) (local.get $wrong))))
        (local.set $positive (i32.add (local.get $positive) (i32.const 16)))
        (local.set $negative (i32.add (local.get $negative) (i32.const 16)))
        (local.set $up (i32.add (local.get $up) (i32.const 16)))
        (local.set $down (i32.add (local.get $down) (i32.const 16)))
        (br $next)))))
