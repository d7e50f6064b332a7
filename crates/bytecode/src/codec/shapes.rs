//! How each part of a [`Program`](crate::Program) stands in its section: the fields in order of
//! declaration, an enum's tag before the fields of its variant.

use super::error::{DecodeError, DecodeErrorKind};
use super::wire::{Reader, Wire};
use crate::journey::*;
use crate::program::*;
use crate::request::*;
use crate::value::{Const, FieldType, Type};

macro_rules! wire_structs {
    ($($name:ident { $($field:ident)* })*) => {$(
        impl Wire for $name {
            fn put(&self, to: &mut Vec<u8>) {
                let $name { $($field),* } = self;
                $($field.put(to);)*
            }

            fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
                from.nested(|from| Ok($name { $($field: Wire::get(from)?),* }))
            }
        }
    )*};
}

macro_rules! wire_enums {
    ($($name:ident {
        $($tag:literal $variant:ident $(($($item:ident)*))? $({ $($field:ident)* })?)*
    })*) => {$(
        impl Wire for $name {
            fn put(&self, to: &mut Vec<u8>) {
                match self {
                    $($name::$variant $(($($item),*))? $({ $($field),* })? => {
                        to.push($tag);
                        $($($item.put(to);)*)?
                        $($($field.put(to);)*)?
                    })*
                }
            }

            fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
                from.nested(|from| match u8::get(from)? {
                    $($tag => {
                        $($(let $item = Wire::get(from)?;)*)?
                        $($(let $field = Wire::get(from)?;)*)?
                        Ok($name::$variant $(($($item),*))? $({ $($field),* })?)
                    })*
                    tag => {
                        let what = stringify!($name);
                        Err(from.error(DecodeErrorKind::Tag { what, tag }))
                    }
                })
            }
        }
    )*};
}

impl Wire for ExprId {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        u32::get(from).map(ExprId)
    }
}

wire_structs! {
    FieldType { name wire ty optional default }
    Slot { name wire ty optional default pii }
    Event { name wire properties }
    Destination { name kind settings secrets }
    Action { name destination params policy request }
    Policy { name require quiet caps }
    Quiet { from to otherwise }
    Cap { count per otherwise }
    HttpRequest { method url headers body delivery }
    Mail { from to reply_to subject text html delivery }
    Delivery { timeout retry limit }
    Retry { times from to }
    Limit { count per }
    Expr { start len registers ty optional event journey action zone }
    Window { event aggregate filter value range journey }
    Reads { traits windows audiences }
    Condition { test wakes reads }
    Audience { name title condition }
    Journey {
        name title params entry reenter inside timezone exits goals outcomes tiles locals marks code
        states sends webhooks updates splits calls
    }
    Param { slot local }
    Timezone { name reads }
    Capture { from local }
    ExitCriterion { outcome trigger }
    Goal { name event filter within }
    Tile { id kind title edges }
    State { tile deadline timeout late arms run }
    Call { journey args event }
    Run { call outcomes not_entered }
    Arm { trigger to }
    Send { action args message_id }
    Webhook { tile request pii response }
    Response { ty local }
    Update { sets }
    Split { name per_entry arms }
    SplitArm { name share to }
    Version { number retired former_ends }
    FormerEnd { state outcome to }
}

wire_enums! {
    Type {
        0 Bool 1 Int 2 Number 3 Text 4 Enum(members) 5 Time 6 Date 7 TimeOfDay 8 Weekday 9 Duration
        10 List(item) 11 Record(fields) 12 Json
    }
    Const {
        0 Unset 1 Bool(v) 2 Int(v) 3 Number(v) 4 Text(v) 5 Time(v) 6 Date(v) 7 TimeOfDay(v)
        8 Weekday(v) 9 Duration(v) 10 List(v) 11 Record(v)
    }
    DestinationKind { 0 Log 1 Http 2 Smtp }
    Otherwise { 0 Skip 1 Hold(length) }
    Request { 0 Log 1 Http(request) 2 Mail(mail) }
    Method { 0 Get 1 Post 2 Put 3 Patch 4 Delete }
    Aggregate { 0 Count 1 Sum 2 Last { slots } 3 First 4 Each }
    Range { 0 All 1 Within(length) 2 SinceEntered 3 SinceMark(mark) }
    CaptureFrom { 0 Property(slot) 1 At 2 Happened 3 Item }
    Entry { 0 Event { event filter captures each key } 1 Audience { audience existing } 2 Manual }
    WhileInside { 0 Ignore 1 Restart(outcome) 2 Refresh }
    Reenter { 0 Never 1 Always 2 Later 3 After(length) }
    ExitTrigger { 0 Event { event filter } 1 When(condition) 2 After(length) }
    TileKind { 0 Wait 1 Branch 2 Split 3 Send 4 Update 5 Exit 6 Webhook 7 Run 8 Enter 9 Repeat }
    Op {
        0 Arrive { tile } 1 Leave { edge } 2 Mark { mark } 3 Jump { to } 4 Unless { test to }
        5 Split { split } 6 Send { send } 7 Update { update } 8 Set { local value }
        9 Suspend { state } 10 Exit { outcome } 11 Member { audience member }
        12 Call { webhook } 13 Rounds { local times } 14 Countdown { local to } 15 Enter { call }
        16 Pace { local time }
    }
    Deadline { 0 None 1 After(length) 2 At { time reads } 3 Policy { send zone reads } }
    ArmTrigger {
        0 Event { event filter captures earlier } 1 When(condition) 2 Skipped 3 Outcome(outcome)
    }
    Outcome { 0 Delivered 1 Failed 2 Skipped }
}
